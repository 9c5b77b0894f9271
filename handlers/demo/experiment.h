#pragma once

#include <curfew/app.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace demo {

/// A slow function, what it is given, and the limit it gets: what a request to /timeout asks for.
class Experiment {
  public:
    /// From the path's `:function` and the query's `limit` and `seconds`; with `census=no` nobody
    /// looks what is left behind, which takes its time. `http` asks $DEMO_HTTP, or this very
    /// server. Throws HttpError 400 that says what there is to choose from.
    explicit Experiment(const curfew::Request& request)
        : Experiment(request, request.param("function")) {}

    /// The same, of that function. The query's `n` is the number under which the lab's watcher is
    /// told when it begins and ends.
    Experiment(const curfew::Request& request, std::string_view function);

    [[nodiscard]] curfew::Duration limit() const noexcept { return limit_; }
    [[nodiscard]] std::size_t function() const noexcept { return function_; }
    [[nodiscard]] std::uint64_t call() const noexcept { return call_; }
    [[nodiscard]] const std::string& server() const noexcept { return server_; }
    [[nodiscard]] double seconds() const noexcept { return seconds_; }

    /// Runs it by `run`, under the name of the strategy that this is, and reports in JSON what came
    /// of it, when, and what it left behind. The status is the one that a handler would have
    /// answered with: 200, 504 at the limit, 502 without the server that the function calls.
    [[nodiscard]] curfew::Response report(std::string_view strategy,
                                          const std::function<std::string()>& run) const;

  private:
    std::size_t function_;
    curfew::Duration limit_;
    bool looks_;
    double seconds_;
    std::string server_;
    std::uint64_t call_;
    int number_;  ///< 0: nobody is told
};

/// One of slow_functions(), noted as running. Captures nothing: it may be called anywhere, also in
/// a child of this process.
[[nodiscard]] std::string run_slow_function(std::size_t function, std::uint64_t call,
                                            const std::string& server, double seconds);

}  // namespace demo
