#pragma once

#include "../base/deadline.h"
#include "../base/harakiri.h"
#include "../http/request.h"
#include "../http/response.h"
#include "../timeouts/strategy.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace curfew {

using Handler = std::function<Response(const Request&)>;

/// A handler under a method and a pattern, and the limits it runs under. Owned by its Router.
class Route {
  public:
    Route(std::string method, std::string pattern, Handler handler);

    /// The time by which this route's handlers must be done: what Request::deadline() tells them,
    /// and after which the client gets 504. Each piece of a streamed response has as long again. At
    /// least 1 ms, else std::invalid_argument. Must be sooner than the route's harakiri limit; that
    /// is checked when the worker starts.
    Route& within(Duration limit);

    /// The strategy that enforces within(); `deadline` if none is named. Throws
    /// std::invalid_argument that names the choices. Without a limit the worker does not start.
    Route& by(std::string_view name) { return by(strategy(name)); }
    Route& by(Strategy& strategy) noexcept;

    /// The time after which the master kills the worker that runs this route's handler. Overrides
    /// the server's `timeout`. At least 1 ms, else std::invalid_argument.
    Route& harakiri(Duration limit);

    /// The time after which the log says of a request what it is doing, which goes on. Overrides
    /// the server's `slow_request_limit`; zero: never. Else at least 1 ms, or
    /// std::invalid_argument.
    Route& slow(Duration limit);
    /// What happens then, and at cpu_limit. Overrides the server's option `harakiri`:
    /// `.harakiri(2s).harakiri(Harakiri::log)` finds out whom a limit of 2 s would hit.
    Route& harakiri(Harakiri mode) noexcept;

    /// How long the thread that runs this route's handler may compute for one request, or for one
    /// piece of a streamed response, before the master kills the worker; time in which it waits
    /// does not count, nor do other threads and processes. Overrides the server's `cpu_limit`. At
    /// least 1 ms, or zero for none; else std::invalid_argument.
    Route& cpu_limit(Duration limit);

    /// "*" for any().
    [[nodiscard]] const std::string& method() const noexcept { return method_; }
    [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }
    [[nodiscard]] std::optional<Duration> within() const noexcept { return within_; }
    [[nodiscard]] std::optional<Duration> harakiri() const noexcept { return harakiri_; }
    [[nodiscard]] std::optional<Duration> slow() const noexcept { return slow_; }
    [[nodiscard]] std::optional<Harakiri> harakiri_mode() const noexcept { return mode_; }
    [[nodiscard]] std::optional<Duration> cpu_limit() const noexcept { return cpu_limit_; }
    /// Null if none was named.
    [[nodiscard]] Strategy* by() const noexcept { return by_; }

    /// For servers: a number of their choice.
    void number(std::uint32_t number) noexcept { number_ = number; }
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

    /// In a process that the handler has forked and that comes back from it, this does not return.
    [[nodiscard]] Response operator()(const Request& request) const;

  private:
    std::string method_;
    std::string pattern_;
    Handler handler_;
    std::optional<Duration> within_;
    std::optional<Duration> harakiri_;
    std::optional<Duration> slow_;
    std::optional<Harakiri> mode_;
    std::uint32_t number_ = 0;
    std::optional<Duration> cpu_limit_;
    Strategy* by_ = nullptr;
};

}  // namespace curfew
