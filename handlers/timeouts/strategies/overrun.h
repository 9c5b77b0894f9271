#pragma once

#include "../../base/deadline.h"

#include <string_view>

namespace curfew {

/// A function with a limit that has ended long after its limit, and so was not ended by it.
struct Overrun {
    /// What counts: a machine that is busy is late as well.
    static constexpr Duration shortest = std::chrono::milliseconds(100);

    std::string_view strategy;
    const char* route;  ///< null if it is not a handler's
    Duration late;
    const char* call;  ///< of libc, which it was stuck in; null: none is known, so it computed
};

/// Sets who hears of them, on the thread of the caller; null: nobody.
using TellOfOverrun = void (*)(const Overrun& overrun);
void tell_of_overruns_by(TellOfOverrun tell) noexcept;

/// Throws TimeoutError if the limit that a strategy enforced has passed, even if the function has
/// returned a result: a result after the limit does not count.
void check_overrun(std::string_view strategy, Deadline deadline);

}  // namespace curfew
