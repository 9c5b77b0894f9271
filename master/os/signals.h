#pragma once

#include "handlers/base/unique_fd.h"

#include <sys/types.h>

#include <csignal>
#include <optional>

namespace curfew::master {

/// Blocks or ignores the signals that must not end this process: all but SIGTERM, SIGINT, SIGQUIT
/// and those of job control. To be called in the first line of main(). Blocked signals wait until
/// an object of class Signals reads them.
void hold_signals();

struct ArrivedSignal {
    int number;
    pid_t sender;  ///< 0: the kernel
    uid_t user;
};

/// The master's signals. They are blocked and read from a descriptor, so that the main loop handles
/// them one after the other, and so that no signal which the server does not use can end the
/// master. Exceptions are the signals of job control (SIGTSTP, SIGCONT), and those with which the
/// processor reports a fault of this process, such as SIGSEGV: they end it although they are
/// blocked.
class Signals {
  public:
    Signals();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    /// The next signal that has arrived; nothing if there is none.
    [[nodiscard]] std::optional<ArrivedSignal> next();

    /// In a child process: closes the descriptor, which is the master's.
    void forget() noexcept { fd_.reset(); }

    /// In a child process: unblocks all signals except those that the master handles.
    static void narrow() noexcept;

    /// Unblocks all signals; those that are pending arrive now.
    static void unblock() noexcept;

  private:
    UniqueFd fd_;
};

}  // namespace curfew::master
