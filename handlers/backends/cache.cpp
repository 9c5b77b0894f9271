#include "cache.h"

#include "cache_connection.h"
#include "backend_call.h"
#include "configure.h"
#include "places.h"
#include "pool.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace curfew::cache {

namespace {

/// Never destroyed: a thread that was given up may use it until the process ends.
Pool<Connection>& pool() {
    static auto& pool = *new Pool<Connection>;
    return pool;
}

/// Never destroyed, likewise.
Places& places() {
    static auto& places = *new Places("cache_connections");
    return places;
}

std::string pool_key() {
    std::string key;
    for (const auto& server : backend_options().cache.servers) key += server + ' ';
    return key;
}

/// Which server has a key only the library knows. This one is asked for that, and never connects.
memcached_st* guide_to(const std::string& servers) {
    thread_local Connection guide;
    thread_local std::string known;
    if (!guide || known != servers) {
        guide = make_connection();
        known = servers;
    }
    return guide.get();
}

void check_key(std::string_view key) {
    const auto is_bad = [](unsigned char c) { return c <= ' ' || c == 0x7f; };
    if (key.empty() || key.size() > 250 || std::ranges::any_of(key, is_bad)) {
        throw std::invalid_argument("cache: a key has 1 to 250 bytes, no spaces, no controls");
    }
}

/// As memcached wants it: seconds, but beyond 30 days a point in time.
std::time_t expiration(Duration lifetime) {
    if (lifetime < Duration::zero()) throw std::invalid_argument("cache: a negative lifetime");
    constexpr std::time_t most = 30 * 24 * 60 * 60;
    const std::time_t seconds = std::chrono::ceil<std::chrono::seconds>(lifetime).count();
    return seconds <= most ? seconds : std::time(nullptr) + seconds;
}

enum class Repeat { never, allowed };

/// `exchange` over a connection. One that was idle may have been closed by the server meanwhile,
/// which shows only in use: what does no harm if it happens twice is tried once more, over a new
/// one.
template <typename Exchange>
memcached_return_t perform(std::string_view key, Repeat repeat, Exchange exchange) {
    check_key(key);
    const std::string servers = pool_key();
    const BackendCall call(Stage::cache, upstream_of(guide_to(servers), key),
                           backend_options().cache.timeout);
    const auto place = places().take(backend_options().cache.connections, call);
    // Not sooner: meanwhile one may have been given back.
    Connection connection = pool().take(servers);
    const bool was_idle = connection != nullptr;
    if (!was_idle) connection = make_connection();

    const auto once = [&] {
        set_limits(connection.get(), call);
        return outcome(connection.get(), exchange(connection.get()));
    };
    memcached_return_t result = once();
    if (!is_answer(result) && was_idle && repeat == Repeat::allowed && !call.is_over()) {
        connection = make_connection();
        result = once();
    }
    if (!is_answer(result)) fail(call, connection.get(), result);
    pool().put(servers, std::move(connection), backend_options().cache.pool);
    return result;
}

}  // namespace

std::optional<std::string> get(std::string_view key) {
    std::optional<std::string> value;
    perform(key, Repeat::allowed, [&](memcached_st* connection) {
        std::size_t size = 0;
        std::uint32_t flags = 0;
        memcached_return_t result = MEMCACHED_SUCCESS;
        const std::unique_ptr<char, void (*)(void*)> bytes(
            memcached_get(connection, key.data(), key.size(), &size, &flags, &result), std::free);
        if (result == MEMCACHED_SUCCESS) value.emplace(bytes.get(), size);
        return result;
    });
    return value;
}

void set(std::string_view key, std::string_view value, Duration lifetime) {
    const std::time_t until = expiration(lifetime);
    perform(key, Repeat::allowed, [&](memcached_st* connection) {
        return memcached_set(connection, key.data(), key.size(), value.data(), value.size(), until,
                             0);
    });
}

bool add(std::string_view key, std::string_view value, Duration lifetime) {
    const std::time_t until = expiration(lifetime);
    return perform(key, Repeat::never, [&](memcached_st* connection) {
               return memcached_add(connection, key.data(), key.size(), value.data(), value.size(),
                                    until, 0);
           }) == MEMCACHED_SUCCESS;
}

bool del(std::string_view key) {
    return perform(key, Repeat::allowed, [&](memcached_st* connection) {
               return memcached_delete(connection, key.data(), key.size(), 0);
           }) == MEMCACHED_SUCCESS;
}

std::optional<std::uint64_t> increment(std::string_view key, std::uint64_t by) {
    std::uint64_t sum = 0;
    const auto result = perform(key, Repeat::never, [&](memcached_st* connection) {
        // Only this one has 64 bits for what is added.
        return memcached_increment_by_key(connection, key.data(), key.size(), key.data(),
                                          key.size(), by, &sum);
    });
    if (result != MEMCACHED_SUCCESS) return std::nullopt;
    return sum;
}

}  // namespace curfew::cache
