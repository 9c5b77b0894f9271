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

/// A handler under a method and a pattern, and its limits. Owned by its Router. The application's
/// routes() sets it up; from then on it is only read, from any thread.
class Route {
  public:
    Route(std::string method, std::string pattern, Handler handler);

    /// The time in which a handler of this route must end. Request::deadline() tells it to the
    /// handler, the strategy of the route enforces it, and the client gets 504 if it is exceeded.
    /// Each piece of a streamed response has as long again. At least 1 ms, else
    /// std::invalid_argument. Must be shorter than the route's harakiri limit, which is checked
    /// when the application is loaded.
    Route& within(Duration limit);

    /// The strategy that enforces within(); `deadline` if none is named. Throws
    /// std::invalid_argument that names the choices. An application whose route has a strategy and
    /// no limit cannot be loaded.
    Route& by(std::string_view name) { return by(strategy(name)); }
    Route& by(Strategy& strategy) noexcept;

    /// The time after which the master kills the worker that runs this route's handler. Overrides
    /// the server's `timeout`. At least 1 ms, else std::invalid_argument.
    Route& harakiri(Duration limit);

    /// The time after which the log says once what the request waits for; the request continues.
    /// Overrides the server's `slow_request_limit`. Zero: never; else at least 1 ms, or
    /// std::invalid_argument.
    Route& slow(Duration limit);
    /// What the master does when the limit of harakiri() or cpu_limit() is exceeded. Overrides the
    /// server's option `harakiri`: `.harakiri(2s).harakiri(Harakiri::log)` shows which requests a
    /// limit of 2 s would end.
    Route& harakiri(Harakiri mode) noexcept;

    /// The CPU time that the thread of this route's handler may use for one request, or for one
    /// piece of a streamed response, before the master kills the worker. Time in which the thread
    /// waits does not count, nor do other threads and processes. Overrides the server's
    /// `cpu_limit`. Zero: no limit; else at least 1 ms, or std::invalid_argument.
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

    /// For the server: a number of its choice.
    void number(std::uint32_t number) noexcept { number_ = number; }
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

    /// Runs the handler. If the handler forks and the child returns from it, the child ends here.
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
