#pragma once

#include "../context/meter.h"

#include <string>

namespace curfew {

/// For people: "2.95 s", "140 ms", "0.3 ms".
[[nodiscard]] std::string to_text(Duration duration);

/// What a request spends its time on, for the log: where it is, and then all that took time.
///
///     in db 127.0.0.1:3306 for 2.9 s (handler 140 ms, db 2.95 s in 2 calls, http 12 ms)
[[nodiscard]] std::string describe(const MeterReading& reading);
[[nodiscard]] std::string describe(const Meter& meter, Deadline::Clock::time_point now);

}  // namespace curfew
