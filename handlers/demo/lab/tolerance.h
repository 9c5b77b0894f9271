#pragma once

namespace demo::lab {

/// A response that comes later than its limit by no more than this is on time: a wake-up takes a
/// while on a busy machine. The page /lab and tools/lab agree on it.
constexpr double tolerance_ms = 20;

}  // namespace demo::lab
