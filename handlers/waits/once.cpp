// pthread_once(), by which std::call_once waits: see README.md in this folder.
#include "parking_lot.h"
#include "real.h"

#include <pthread.h>

#include <cerrno>
#include <chrono>

namespace curfew {

namespace {

constinit Real<int (*)(pthread_once_t*, void (*)())> real_once("pthread_once");

/// What libc keeps in the variable while the function runs, beside the number of forks before.
#ifdef __SANITIZE_THREAD__
constexpr int in_progress = 1 << 16;  // the sanitizer has values of its own
constexpr int done = 1;
#else
constexpr int in_progress = 1;
constexpr int done = 2;
#endif

bool is_in_progress(const pthread_once_t& once) noexcept {
    return (__atomic_load_n(&once, __ATOMIC_ACQUIRE) & (in_progress | done)) == in_progress;
}

/// libc would block the thread, and the function may be that of another fiber of this thread. Once
/// this returns, only another thread can be in the function, which libc waits for.
void park_while_in_progress(const pthread_once_t& once) noexcept {
    constexpr auto pause = std::chrono::milliseconds(1);
    const int before = errno;
    const ContextScope scope(context_without_limit());
    while (is_in_progress(once)) limited_poll(nullptr, 0, Deadline::in(pause));
    errno = before;
}

}  // namespace

}  // namespace curfew

extern "C" {

/// What the function throws passes through.
int pthread_once(pthread_once_t* once, void (*function)()) {
    using namespace curfew;
    if (current_context.parking && on_fiber()) [[unlikely]]
        park_while_in_progress(*once);
    return real_once(once, function);
}

}  // extern "C"
