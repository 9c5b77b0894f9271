// The waits for signals, which replace libc's own: see README.md in this folder. A signal is for a
// thread, so a fiber asks for it again and again.
#include "asked_by.h"
#include "interruption.h"
#include "retry.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace curfew {

namespace {

using Wait = decltype(&::sigtimedwait);

Wait real_sigtimedwait() noexcept {
    static const auto real = libc_definition<Wait>("sigtimedwait");
    return real;
}

/// Looks at a token so often.
constexpr Duration slice = std::chrono::milliseconds(5);

/// As sigtimedwait(): fails with EAGAIN once the time is over.
int wait_for_signal(const sigset_t* set, siginfo_t* info, Deadline asked) {
    constexpr timespec at_once{};
    const auto real = real_sigtimedwait();
    if (current_context.parking) {
        int found = -1;
        const auto attempt = [&] {
            found = real(set, info, &at_once);
            return found >= 0 || errno != EAGAIN || asked.passed();
        };
        if (!retry(attempt)) errno = EAGAIN;
        return found;
    }
    while (true) {
        const auto& context = current_context;
        auto left = context.postponed(std::min(asked, context.deadline)).remaining();
        if (context.token) left = std::min(left, slice);
        const auto time = to_timespec(left);
        const int found = real(set, info, &time);
        if (found >= 0 || errno != EAGAIN || asked.passed()) return found;
        if (context.expired() && !current_context.lose_borrowed_limit()) return found;
    }
}

}  // namespace

}  // namespace curfew

extern "C" {

int sigtimedwait(const sigset_t* set, siginfo_t* info, const timespec* timeout) {
    using namespace curfew;
    if (unlimited()) return real_sigtimedwait()(set, info, timeout);
    return wait_for_signal(set, info, asked_by(timeout));
}

int sigwaitinfo(const sigset_t* set, siginfo_t* info) { return sigtimedwait(set, info, nullptr); }

/// Unlike the others it returns its error, and goes on after other signals.
int sigwait(const sigset_t* set, int* signal) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::sigwait)>("sigwait");
    if (unlimited()) return real(set, signal);
    int found = -1;
    do {
        found = wait_for_signal(set, nullptr, Deadline::never());
    } while (found < 0 && errno == EINTR);
    if (found < 0) return errno;
    *signal = found;
    return 0;
}

/// Ends with EINTR, as it always does. On a fiber it blocks the thread, whose signals it waits for.
int pause() {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::pause)>("pause");
    if (unlimited()) return real();
    const Interruption interruption;
    return real();
}

}  // extern "C"
