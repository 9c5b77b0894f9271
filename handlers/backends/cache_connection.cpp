#include "cache_connection.h"

#include "configure.h"
#include "upstream.h"

#include <algorithm>
#include <new>
#include <string_view>

namespace curfew::cache {

using Kind = BackendError::Kind;

Connection make_connection() {
    Connection connection(memcached_create(nullptr));
    if (!connection) throw std::bad_alloc();
    memcached_st* const m = connection.get();
    memcached_behavior_set(m, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
    memcached_behavior_set(m, MEMCACHED_BEHAVIOR_DISTRIBUTION,
                           MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA);
    for (const std::string& server : backend_options().cache.servers) {
        const Upstream upstream = parse_upstream(server);
        const auto result = upstream.path.empty()
                                ? memcached_server_add(m, upstream.host.c_str(), upstream.port)
                                : memcached_server_add_unix_socket(m, upstream.path.c_str());
        if (result != MEMCACHED_SUCCESS) throw std::bad_alloc();
    }
    return connection;
}

std::string upstream_of(memcached_st* connection, std::string_view key) {
    memcached_return_t ignored = MEMCACHED_SUCCESS;
    const auto* const server =
        memcached_server_by_key(connection, key.data(), key.size(), &ignored);
    if (server == nullptr) return "cache";
    const std::string name = memcached_server_name(server);
    if (name.starts_with('/')) return "cache " + name;
    return "cache " + name + ":" + std::to_string(memcached_server_port(server));
}

void set_limits(memcached_st* connection, const BackendCall& call) {
    const auto milliseconds = [](Duration duration) {
        return static_cast<std::uint64_t>(whole_milliseconds(duration));
    };
    const Duration connect = std::min(call.remaining(), backend_options().cache.connect_timeout);
    memcached_behavior_set(connection, MEMCACHED_BEHAVIOR_POLL_TIMEOUT,
                           milliseconds(call.remaining()));
    memcached_behavior_set(connection, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, milliseconds(connect));
}

void fail(const BackendCall& call, memcached_st* connection, memcached_return_t result) {
    const std::string_view details = memcached_last_error_message(connection);
    const bool was_connected = details.find("disconnected") != std::string_view::npos;
    switch (result) {
        case MEMCACHED_HOST_LOOKUP_FAILURE:
            call.fail(Kind::unreachable, "the name is unknown");
        case MEMCACHED_TIMEOUT:
            call.fail(Kind::timed_out, "no connection");
        case MEMCACHED_CONNECTION_FAILURE:
            // The library keeps no errno of a failed connect; it is hardly ever another than this.
            if (!was_connected) call.fail(Kind::refused, "connection refused");
            call.fail(Kind::protocol, "the connection is lost");
        default:
            call.fail(Kind::protocol, memcached_strerror(connection, result));
    }
}

memcached_return_t outcome(memcached_st* connection, memcached_return_t result) noexcept {
    const memcached_return_t last = memcached_last_error(connection);
    return is_answer(result) && !is_answer(last) ? last : result;
}

bool is_answer(memcached_return_t result) noexcept {
    switch (result) {
        case MEMCACHED_SUCCESS:
        case MEMCACHED_NOTFOUND:
        case MEMCACHED_NOTSTORED:
            return true;
        default:
            return false;
    }
}

}  // namespace curfew::cache
