#include "alarm.h"

#include "../../context/pooled_token.h"
#include "../../context/thread_timer.h"
#include "overrun.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace curfew {

namespace {

int alarm_signal() noexcept { return SIGRTMIN + 4; }

/// One alarm that is set. The alarms of a thread form a list, because they nest, and interleave on
/// fibers.
struct Target {
    Deadline deadline;
    CancelToken* token;
    Target* next = nullptr;
    Target** link = nullptr;  ///< what points to this one
};

void on_alarm(int) noexcept;

/// Installs the handler and unblocks the signal each time, because other code in this process may
/// have changed either.
void be_ready_for_the_signal() noexcept {
    struct sigaction action {};
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigfillset(&action.sa_mask);  // nested handlers would overflow the signal stack
    ::sigaction(alarm_signal(), &action, nullptr);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, alarm_signal());
    ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

/// The alarms of a thread. The signal's handler may read the list at any moment, so each change to
/// it is one store. The timer is set for the soonest alarm, and disarmed when none is left, because
/// a signal also interrupts system calls of code that has no limit.
class ThreadAlarms {
  public:
    [[nodiscard]] static ThreadAlarms& of_this_thread() {
        thread_local ThreadAlarms alarms;
        return alarms;
    }

    /// The alarms of this thread; null if it has never had any.
    [[nodiscard]] static ThreadAlarms* existing() noexcept { return existing_; }

    ThreadAlarms() { existing_ = this; }
    ~ThreadAlarms() { existing_ = nullptr; }
    ThreadAlarms(const ThreadAlarms&) = delete;
    ThreadAlarms& operator=(const ThreadAlarms&) = delete;

    void add(Target& target) {
        if (!timer_.make(alarm_signal())) {
            throw std::system_error(errno, std::generic_category(), "timer_create");
        }
        target.next = first_;
        target.link = &first_;
        if (first_) first_->link = &target.next;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        first_ = &target;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (target.token->raised()) return;
        // If that time is over, its signal was lost.
        if (target.deadline < armed_for_ || armed_for_.passed()) {
            be_ready_for_the_signal();
            arm(soonest());
        }
    }

    void remove(Target& target) noexcept {
        if (target.next) target.next->link = target.link;
        *target.link = target.next;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (target.token->raised()) return;
        if (target.deadline.passed()) timer_.discard_signal();
        if (target.deadline == armed_for_) arm(soonest());
    }

    /// Called by the signal handler.
    void raise_due() noexcept {
        for (Target* each = first_; each; each = each->next) {
            if (each->deadline.passed() && !each->token->raised()) each->token->raise();
        }
        arm(soonest());
    }

    /// To be called in a new process, which has no alarms; those that are set are its parent's.
    void begin_anew() noexcept {
        timer_.forget();
        first_ = nullptr;
        armed_for_ = Deadline::never();
    }

  private:
    static inline thread_local ThreadAlarms* existing_ = nullptr;

    /// The soonest deadline of the tokens that are not raised.
    [[nodiscard]] Deadline soonest() const noexcept {
        auto soonest = Deadline::never();
        for (const Target* each = first_; each; each = each->next) {
            if (!each->token->raised()) soonest = std::min(soonest, each->deadline);
        }
        return soonest;
    }

    void arm(Deadline deadline) noexcept {
        armed_for_ = deadline;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        timer_.set(deadline);
    }

    ThreadTimer timer_;
    Target* first_ = nullptr;
    Deadline armed_for_ = Deadline::never();
};

void on_alarm(int) noexcept {
    const int saved = errno;
    if (ThreadAlarms* const alarms = ThreadAlarms::existing()) alarms->raise_due();
    errno = saved;
}

class AlarmScope {
  public:
    AlarmScope(Deadline deadline, CancelToken& token)
        : target_{.deadline = deadline, .token = &token} {
        ThreadAlarms::of_this_thread().add(target_);
    }
    ~AlarmScope() { ThreadAlarms::of_this_thread().remove(target_); }
    AlarmScope(const AlarmScope&) = delete;
    AlarmScope& operator=(const AlarmScope&) = delete;

  private:
    Target target_;
};

}  // namespace

Alarm::Alarm()
    : Strategy("alarm", {.blocked_socket = true,
                         .drip_feed = true,
                         .name_lookup = true,
                         .sleep = true,
                         .cooperative_loop = true,
                         .lock = true,
                         .caller_returns = false,
                         .cost = "up to four system calls: to be ready for the signal, to set a "
                                 "timer of the kernel, and to unset it",
                         .late = "a signal"}) {
    ::pthread_atfork(nullptr, nullptr, [] {
        if (ThreadAlarms* const alarms = ThreadAlarms::existing()) alarms->begin_anew();
    });
}

void Alarm::run(Call& call, Deadline deadline) {
    const PooledToken token;
    {
        const auto own = cancelled_by(*token, deadline);
        const ContextScope scope(own);
        const AlarmScope alarm(own.limit, *token);
        call.run();
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
