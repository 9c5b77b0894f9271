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

/// One that the server has no use for. It has a handler, and so harms nobody.
int signal_number() {
    static const int number = [] {
        struct sigaction action {};
        action.sa_handler = [](int) {};
        ::sigaction(SIGRTMIN + 7, &action, nullptr);
        return SIGRTMIN + 7;
    }();
    return number;
}

sigset_t signal_set() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, signal_number());
    return set;
}

/// The signal is blocked where it is waited for, from before it can come until the wait has ended.
template <typename Take>
Wait signal_by(Take take) {
    struct Blocked {
        Blocked() {
            const auto set = signal_set();
            ::pthread_sigmask(SIG_BLOCK, &set, &before);
        }
        ~Blocked() {
            const timespec no_time{};
            const auto set = signal_set();
            while (::sigtimedwait(&set, nullptr, &no_time) > 0) continue;
            ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        }

        sigset_t before{};
        pthread_t thread = ::pthread_self();
    };
    const auto blocked = std::make_shared<Blocked>();
    return {[=] {
                const auto set = signal_set();
                return ended(take(&set), signal_number());
            },
            [=] { ::pthread_kill(blocked->thread, signal_number()); }};
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
    rows.insert(rows.end(), {{"sigtimedwait", [] { return signal_by(take_within_twenty_seconds); }},
                             {"sigwaitinfo",
                              [] {
                                  return signal_by([](const sigset_t* set) {
                                      return ::sigwaitinfo(set, nullptr);
                                  });
                              }},
                             {"sigwait", [] { return signal_by(take_by_sigwait); }}});
}

}  // namespace waits
