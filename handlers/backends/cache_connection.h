#pragma once

#include "backend_call.h"

#include <libmemcached/memcached.h>

#include <memory>
#include <string>
#include <string_view>

namespace curfew::cache {

struct CloseConnection {
    void operator()(memcached_st* connection) const noexcept {
        const WithoutWaiting now;
        memcached_free(connection);
    }
};
/// A connection to each of the servers.
using Connection = std::unique_ptr<memcached_st, CloseConnection>;

/// Connects only when it is used.
[[nodiscard]] Connection make_connection();

/// "cache 127.0.0.1:11211": the server that has this key, for messages.
[[nodiscard]] std::string upstream_of(memcached_st* connection, std::string_view key);

/// Gives the library's own timeouts what is left.
void set_limits(memcached_st* connection, const BackendCall& call);

/// Throws what `result` of a call over this connection means.
[[noreturn]] void fail(const BackendCall& call, memcached_st* connection,
                       memcached_return_t result);

/// What really became of a call that returned `result`: the library says "not found" also where it
/// did not understand the answer.
[[nodiscard]] memcached_return_t outcome(memcached_st* connection,
                                         memcached_return_t result) noexcept;

/// The result is an answer of the server, good or bad, rather than the lack of one.
[[nodiscard]] bool is_answer(memcached_return_t result) noexcept;

}  // namespace curfew::cache
