#pragma once

#include "stack_signal.h"

#include <csignal>
#include <initializer_list>

namespace curfew {

/// Blocks every signal of this thread for a scope, for threads that are made in it to inherit:
/// signals are for the thread that expects them. All but those of a thread's own faults, and the
/// one that asks for the stack.
class SignalsBlocked {
  public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        sigdelset(&all, stack_signal());
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
            sigdelset(&all, fault);
        }
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_;
};

}  // namespace curfew
