#include "late_wait.h"

#include "limited_poll.h"

#include <ctime>

namespace curfew {

thread_local constinit LateWait late_wait;

void note_wait(const char* call) noexcept {
    const auto& context = current_context;
    if (context.limit.is_never()) return;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    const Deadline::Clock::time_point ended(std::chrono::seconds(now.tv_sec) +
                                            std::chrono::nanoseconds(now.tv_nsec));
    if (context.limit.passed(ended)) {
        late_wait = {.call = call, .parking = context.parking, .ended = ended};
    }
}

}  // namespace curfew
