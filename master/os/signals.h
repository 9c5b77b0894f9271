#pragma once

#include "handlers/base/unique_fd.h"

#include <sys/types.h>

#include <csignal>
#include <optional>

namespace curfew::master {

/// From the first line of main() on, no signal ends this process but those that are meant to stop
/// it: SIGTERM, SIGINT and SIGQUIT. The others wait until there are Signals to read them from.
void hold_signals();

struct ArrivedSignal {
    int number;
    pid_t sender;  ///< 0: the kernel
    uid_t user;
};

/// The master's signals: all of them, blocked and read from a descriptor, so that the loop handles
/// them one after the other, and none that the server has no use for can end it. The exceptions are
/// those with which a shell controls its jobs (SIGTSTP, SIGCONT). What the processor reports of
/// this process itself, such as SIGSEGV, ends it although it is blocked.
class Signals {
  public:
    Signals();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    /// The next one that has arrived.
    [[nodiscard]] std::optional<ArrivedSignal> next();

    /// In a child: the descriptor is not its own.
    void forget() noexcept { fd_.reset(); }

    /// In a child: lets all signals through but those that the master heeds.
    static void narrow() noexcept;

    /// Lets all signals through again; those that wait arrive now.
    static void unblock() noexcept;

  private:
    UniqueFd fd_;
};

}  // namespace curfew::master
