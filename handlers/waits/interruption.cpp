#include "interruption.h"

#include "../context/limited_poll.h"
#include "../context/scope_end.h"
#include "../context/thread_timer.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

namespace curfew {

namespace {

/// A system call that had not yet begun when the signal came is interrupted by the next one.
constexpr Duration between_ticks = std::chrono::milliseconds(2);

int watch_signal() noexcept { return SIGRTMIN + 6; }
int tick_signal() noexcept { return SIGRTMIN + 7; }

/// When the waits of the running code end.
Deadline end_of_waits() noexcept {
    return current_context.postponed(current_context.end_of_waits());
}

void install_handlers();

/// The timers of a thread. The handlers of its own signals are the only other code that uses them.
class ThreadWatch {
  public:
    /// Null if this thread has none and cannot have any.
    [[nodiscard]] static ThreadWatch* of_this_thread() {
        if (existing_) return existing_;
        if (ended_) return nullptr;
        thread_local ThreadWatch made;
        return existing_ = made.make() ? &made : nullptr;
    }

    [[nodiscard]] static ThreadWatch* existing() noexcept { return existing_; }

    ThreadWatch() { install_handlers(); }
    ~ThreadWatch() {
        existing_ = nullptr;
        ended_ = true;
    }
    ThreadWatch(const ThreadWatch&) = delete;
    ThreadWatch& operator=(const ThreadWatch&) = delete;

    void begin() noexcept {
        ++scopes_;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        const auto end = end_of_waits();
        if (end < watched_for_) watch(end);
    }

    void end() noexcept {
        --scopes_;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (scopes_ > 0) return;
        if (ticks_) {
            stop_ticks();
            ticker_.discard_signal();
        }
        if (current_context.borrowed) unwatch();
    }

    /// To be called once the scope of a limit has ended. A timer that stayed set would interrupt
    /// waits that come later: neither poll() nor a sleep is restarted after a signal.
    void on_scope_end() noexcept {
        const auto end = end_of_waits();
        if (end <= watched_for_) return;
        if (scopes_ > 0 && !end.is_never()) {
            watch(end);
        } else {
            unwatch();
        }
    }

    void on_watch() noexcept {
        watched_for_ = Deadline::never();
        if (scopes_ == 0 || (current_context.borrowed && current_context.borrowed->over())) return;
        if (current_context.expired()) {
            ticks_ = ticker_.set(Deadline::in(between_ticks), between_ticks);
        } else if (const auto later = end_of_waits(); !later.is_never()) {
            watch(std::max(later, Deadline::in(between_ticks)));
        }
    }

    void on_tick() noexcept {
        if (scopes_ == 0 || !current_context.expired()) stop_ticks();
    }

    /// To be called in a new process. What is set belongs to its parent.
    void begin_anew() noexcept {
        watch_.forget();
        ticker_.forget();
        watched_for_ = Deadline::never();
        ticks_ = false;
        at_scope_end = nullptr;
        if (!make()) existing_ = nullptr;
    }

  private:
    static inline constinit thread_local ThreadWatch* existing_ = nullptr;
    static inline constinit thread_local bool ended_ = false;

    [[nodiscard]] bool make() noexcept {
        if (!watch_.make(watch_signal()) || !ticker_.make(tick_signal())) return false;
        sigset_t ours;
        sigemptyset(&ours);
        sigaddset(&ours, watch_signal());
        sigaddset(&ours, tick_signal());
        ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
        return true;
    }

    /// Fails in a child of vfork(2), which has the memory of its parent, and no timers.
    void watch(Deadline end) noexcept {
        const auto before = watched_for_;
        watched_for_ = end;
        at_scope_end = []() noexcept {
            if (existing_) existing_->on_scope_end();
        };
        std::atomic_signal_fence(std::memory_order_seq_cst);
        if (!watch_.set(end)) watched_for_ = before;
    }

    void unwatch() noexcept {
        if (!watch_.set(Deadline::never())) return;
        at_scope_end = nullptr;
        if (std::exchange(watched_for_, Deadline::never()).passed()) watch_.discard_signal();
    }

    void stop_ticks() noexcept {
        ticks_ = false;
        ticker_.set(Deadline::never());
    }

    ThreadTimer watch_;
    ThreadTimer ticker_;
    Deadline watched_for_ = Deadline::never();
    unsigned scopes_ = 0;
    bool ticks_ = false;
};

template <void (ThreadWatch::*react)() noexcept>
void on_signal(int) noexcept {
    const int saved = errno;
    if (ThreadWatch* const watch = ThreadWatch::existing()) (watch->*react)();
    errno = saved;
}

void install(int signal, void (*handler)(int), int flags) noexcept {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = flags | SA_ONSTACK;
    sigfillset(&action.sa_mask);  // nested handlers would overflow the signal stack
    ::sigaction(signal, &action, nullptr);
}

void install_handlers() {
    static const bool installed = [] {
        install(watch_signal(), on_signal<&ThreadWatch::on_watch>, SA_RESTART);
        install(tick_signal(), on_signal<&ThreadWatch::on_tick>, 0);
        return ::pthread_atfork(nullptr, nullptr, [] {
                   if (ThreadWatch* const watch = ThreadWatch::existing()) watch->begin_anew();
               }) == 0;
    }();
    static_cast<void>(installed);
}

}  // namespace

Interruption::Interruption() {
    if (ThreadWatch* const watch = ThreadWatch::of_this_thread()) watch->begin();
}

Interruption::~Interruption() {
    if (ThreadWatch* const watch = ThreadWatch::existing()) watch->end();
}

}  // namespace curfew
