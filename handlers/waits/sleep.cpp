// The sleeps of libc, which replace libc's own: see README.md in this folder.
#include "libc.h"

#include "../base/timespec.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

extern "C" {

int clock_nanosleep(clockid_t clock, int flags, const timespec* request, timespec* remaining) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::clock_nanosleep)>("clock_nanosleep");
    if (unlimited() && current_context.killed_at == nullptr)
        return real(clock, flags, request, remaining);
    auto duration = to_duration(*request);
    if (flags & TIMER_ABSTIME) {
        timespec now{};
        ::clock_gettime(clock, &now);
        duration -= to_duration(now);
    }
    const auto asked = Deadline::in(duration);
    if (unlimited(asked)) return real(clock, flags, request, remaining);
    // Callers sleep again after EINTR. Only 0, "has slept", makes them return.
    limited_poll(nullptr, 0, asked);
    return 0;
}

int nanosleep(const timespec* request, timespec* remaining) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::nanosleep)>("nanosleep");
    if (unlimited() && current_context.killed_at == nullptr) return real(request, remaining);
    // That one returns its error.
    const int error = clock_nanosleep(CLOCK_MONOTONIC, 0, request, remaining);
    if (error == 0) return 0;
    errno = error;
    return -1;
}

unsigned sleep(unsigned seconds) {
    const timespec request{.tv_sec = static_cast<time_t>(seconds), .tv_nsec = 0};
    timespec remaining{};
    if (nanosleep(&request, &remaining) == 0) return 0;
    return static_cast<unsigned>(remaining.tv_sec);
}

int usleep(useconds_t microseconds) {
    const timespec request{.tv_sec = microseconds / 1'000'000,
                           .tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1'000};
    return nanosleep(&request, nullptr);
}

}  // extern "C"
