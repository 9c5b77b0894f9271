#pragma once

#include "handlers/base/deadline.h"

#include <cstddef>
#include <optional>

namespace curfew::impairment {

using Clock = Deadline::Clock;
using Time = Clock::time_point;

/// At most so many bytes at a time, and so long from one time to the next.
struct Drip {
    std::size_t bytes = 1;
    Duration every{};
};

/// What happens to the bytes that go one way. By default nothing.
struct Conditions {
    Duration latency{};
    Duration jitter{};          ///< latency is so much more or less; the order is kept
    std::size_t bandwidth = 0;  ///< bytes per second; 0: unlimited
    std::optional<Drip> drip;
    std::optional<std::size_t> stall;  ///< silence after so many bytes
    std::optional<std::size_t> reset;  ///< the connection is reset after so many bytes
    Duration slow_close{};             ///< the end of the stream is held back so long
    bool black_hole = false;           ///< nothing gets through

    /// Goes up whenever stall or reset is set: their bytes are counted from then on.
    unsigned counts = 0;
};

/// The network between the clients and the server.
struct Network {
    Conditions up;    ///< to the server
    Conditions down;  ///< to the client
    bool refuse = false;
};

}  // namespace curfew::impairment
