#pragma once

#include <curfew/timeouts/strategy.h>

#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// A function that may be slow. It takes values and returns one, so that it runs as well on another
/// thread or in another process.
struct SlowFunction {
    std::string_view name;
    std::string_view shows;  ///< what it does, in a few words

    /// Whether a strategy that can do so much ends it at its limit.
    bool (*ended_by)(const curfew::Guarantees& strategy);

    /// Takes about `seconds` and returns what it got, in JSON. `server`: the URL that `http` asks,
    /// without a path. Throws as the backends do.
    std::string (*run)(const std::string& server, double seconds);
};

[[nodiscard]] const std::vector<SlowFunction>& slow_functions();

/// Its index there. Throws curfew::HttpError 400 that names the choices.
[[nodiscard]] std::size_t find_slow_function(std::string_view name);

}  // namespace demo
