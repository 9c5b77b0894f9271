// Waits for signals.
#include "objects.h"
#include "row.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <memory>

namespace waits {

namespace {

/// Signals that the server has no use for. Each row has its own, because fibers share a thread.
/// They have handlers, and so harm nobody.
int signal_number(int row) {
    const int number = SIGRTMIN + 12 + row;
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(number, &action, nullptr);
    return number;
}

/// The signal is blocked where it is waited for, from before it can come until the wait has ended.
class Blocked {
  public:
    explicit Blocked(int signal) : signal_(signal) {
        ::sigemptyset(&set_);
        ::sigaddset(&set_, signal);
        ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }
    ~Blocked() {
        const timespec no_time{};
        while (::sigtimedwait(&set_, nullptr, &no_time) > 0) continue;
        ::pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
    }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;

    [[nodiscard]] const sigset_t& set() const noexcept { return set_; }
    void send() const { ::pthread_kill(thread_, signal_); }

  private:
    int signal_;
    sigset_t set_{};
    pthread_t thread_ = ::pthread_self();
};

template <int row, typename Take>
Wait signal_by(Take take) {
    const int number = signal_number(row);
    const auto blocked = std::make_shared<Blocked>(number);
    return {[=] { return ended(take(&blocked->set()), number); }, [=] { blocked->send(); }};
}

int take_within_twenty_seconds(const sigset_t* set) {
    const timespec time{.tv_sec = 20, .tv_nsec = 0};
    return ::sigtimedwait(set, nullptr, &time);
}

int take_by_sigwait(const sigset_t* set) {
    int number = 0;
    const int error = ::sigwait(set, &number);
    errno = error;
    return error == 0 ? number : -1;
}

}  // namespace

void add_signals(std::vector<Row>& rows) {
    rows.insert(
        rows.end(),
        {{"sigtimedwait", [] { return signal_by<0>(take_within_twenty_seconds); }},
         {"sigwaitinfo",
          [] {
              return signal_by<1>([](const sigset_t* set) { return ::sigwaitinfo(set, nullptr); });
          }},
         {"sigwait", [] { return signal_by<2>(take_by_sigwait); }}});
}

}  // namespace waits
