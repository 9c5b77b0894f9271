#include "alarm.h"

#include "interrupts.h"
#include "overrun.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace curfew {

namespace {

int alarm_signal() noexcept { return SIGRTMIN + 4; }

/// The innermost alarm of a thread. The handler reads it.
struct Target {
    Deadline deadline;
    Interrupt* interrupt;
};
thread_local Target* volatile innermost = nullptr;

/// A signal that comes late, for a scope that has ended meanwhile, finds the next one not yet due.
void on_alarm(int) noexcept {
    const int saved = errno;
    Target* const target = innermost;
    if (target && target->deadline.passed()) target->interrupt->raise();
    errno = saved;
}

/// A timer that signals the thread that made it.
class ThreadTimer {
  public:
    ThreadTimer() {
        // A pool's threads have every signal blocked.
        sigset_t ours;
        sigemptyset(&ours);
        sigaddset(&ours, alarm_signal());
        ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);

        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = alarm_signal();
        event._sigev_un._tid = ::gettid();
        checked(::timer_create(CLOCK_MONOTONIC, &event, &id_), "timer_create");
    }
    ~ThreadTimer() { ::timer_delete(id_); }
    ThreadTimer(const ThreadTimer&) = delete;
    ThreadTimer& operator=(const ThreadTimer&) = delete;

    /// never() disarms it.
    void arm(Deadline deadline) noexcept {
        itimerspec when{};
        if (!deadline.is_never()) {
            const auto since_boot = deadline.time().time_since_epoch();
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
            when.it_value = {.tv_sec = seconds.count(), .tv_nsec = (since_boot - seconds).count()};
        }
        ::timer_settime(id_, TIMER_ABSTIME, &when, nullptr);
    }

  private:
    timer_t id_{};
};

ThreadTimer& thread_timer() {
    thread_local ThreadTimer timer;
    return timer;
}

/// Makes a target the innermost one, and the one around it again at the end.
class AlarmScope {
  public:
    explicit AlarmScope(Target& target) : around_(innermost) {
        innermost = &target;
        thread_timer().arm(target.deadline);
    }
    ~AlarmScope() {
        thread_timer().arm(Deadline::never());
        innermost = around_;
        // If that one is due already, the timer fires at once.
        if (around_) thread_timer().arm(around_->deadline);
    }
    AlarmScope(const AlarmScope&) = delete;
    AlarmScope& operator=(const AlarmScope&) = delete;

  private:
    Target* around_;
};

}  // namespace

Alarm::Alarm()
    : Strategy("alarm", {.blocked_socket = true,
                         .drip_feed = true,
                         .sleep = true,
                         .cooperative_loop = true,
                         .caller_returns = false,
                         .cost = "0.6 µs",
                         .late = "0.1 ms"}) {
    struct sigaction action {};
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    checked(::sigaction(alarm_signal(), &action, nullptr), "sigaction");
}

void Alarm::run(Call& call, Deadline deadline) {
    const PooledInterrupt interrupt;
    {
        const auto own = interrupted_by(*interrupt, deadline);
        const PatienceScope scope(own);
        Target target{.deadline = own.limit, .interrupt = interrupt.get()};
        const AlarmScope alarm(target);
        call.run();
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
