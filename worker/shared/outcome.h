#pragma once

#include <cstdint>
#include <string_view>

namespace curfew::worker {

/// What became of a connection whose worker could not go on with it.
enum class Outcome : std::uint8_t {
    none,
    answered_502,
    answered_503,
    answered_504,
    retried,      ///< its request was given to another worker, to be run once more
    handed_over,  ///< given to another worker, with nothing lost
    completed,    ///< its response had been sent completely; the connection was handed over
    reset,        ///< a part of its response had been sent
    lost,         ///< the client had gone, or no worker took the connection over
};

[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::none:
            return "nothing";
        case Outcome::answered_502:
            return "answered 502";
        case Outcome::answered_503:
            return "answered 503";
        case Outcome::answered_504:
            return "answered 504";
        case Outcome::retried:
            return "retried";
        case Outcome::handed_over:
            return "handed over";
        case Outcome::completed:
            return "completed";
        case Outcome::reset:
            return "reset";
        case Outcome::lost:
            return "lost";
    }
    return "unknown";
}

}  // namespace curfew::worker
