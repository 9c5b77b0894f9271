#include "unsafe_interrupt.h"

#include <curfew/base/timespec.h>
#include <curfew/base/unique_fd.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <ctime>

using namespace curfew;

namespace demo {

namespace {

struct Interrupted {};

sigjmp_buf where_to_go_on;

// A literal translation of what signal.alarm does in Python. Undefined in C and C++ both, unless
// the signal happens to interrupt nothing of importance.
void throw_interrupted(int) { throw Interrupted(); }
void jump_back(int) { ::siglongjmp(where_to_go_on, 1); }

/// Zero: no alarm any more.
void set_alarm(Duration time) {
    const auto us = std::chrono::ceil<std::chrono::microseconds>(time).count();
    const itimerval timer{.it_interval = {},
                          .it_value = {.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000}};
    checked(::setitimer(ITIMER_REAL, &timer, nullptr), "setitimer");
}

void on_alarm(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_NODEFER;  // it never returns, so that nothing would unblock the signal
    checked(::sigaction(SIGALRM, &action, nullptr), "sigaction");
}

bool ended_by_exception(Duration time, const std::function<void()>& function) {
    on_alarm(throw_interrupted);
    try {
        set_alarm(time);
        function();
        set_alarm(Duration::zero());
        return false;
    } catch (const Interrupted&) {
        return true;
    }
}

bool ended_by_jump(Duration time, const std::function<void()>& function) {
    on_alarm(jump_back);
    if (sigsetjmp(where_to_go_on, 1) != 0) return true;
    set_alarm(time);
    function();
    set_alarm(Duration::zero());
    return false;
}

void* run_cancellable(void* function) {
    ::pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
    (*static_cast<const std::function<void()>*>(function))();
    return nullptr;
}

bool ended_by_cancellation(Duration time, const std::function<void()>& function) {
    pthread_t thread{};
    void* const argument = const_cast<std::function<void()>*>(&function);
    if (::pthread_create(&thread, nullptr, run_cancellable, argument) != 0) return false;

    const auto until = to_timespec(Deadline::in(time));
    void* result = nullptr;
    if (::pthread_clockjoin_np(thread, &result, CLOCK_MONOTONIC, &until) == ETIMEDOUT) {
        ::pthread_cancel(thread);
        ::pthread_join(thread, &result);
    }
    return result == PTHREAD_CANCELED;
}

}  // namespace

bool ended_after(Mechanism mechanism, Duration time, const std::function<void()>& function) {
    switch (mechanism) {
        case Mechanism::throwing:
            return ended_by_exception(time, function);
        case Mechanism::longjmp:
            return ended_by_jump(time, function);
        case Mechanism::cancel:
            break;
    }
    return ended_by_cancellation(time, function);
}

}  // namespace demo
