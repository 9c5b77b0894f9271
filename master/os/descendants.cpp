#include "master/os/descendants.h"

#include "handlers/timeouts/processes/pidfd.h"
#include "handlers/timeouts/processes/proc_children.h"

#include <csignal>
#include <exception>
#include <system_error>
#include <utility>

extern "C" {
#include <sys/pidfd.h>  // without this before glibc 2.37
}

namespace curfew::master {

Descendants::Descendants(pid_t process, Deadline deadline) noexcept try {
    if (children_of(process, deadline).empty()) return;
    ::kill(process, SIGSTOP);
    add_children_of(process, deadline);
} catch (const std::exception&) {
    // No descriptor or memory is left: those that were found are better than none.
}

/// Of a process that is stopped.
void Descendants::add_children_of(pid_t process, Deadline deadline) {
    for (const pid_t pid : children_of(process, deadline)) {
        if (deadline.passed()) return;
        UniqueFd pidfd(::pidfd_open(pid, 0));
        if (!pidfd && (errno == EMFILE || errno == ENFILE)) {
            throw std::system_error(errno, std::generic_category(), "pidfd_open");
        }
        // It may have ended, and its number be another's; once it is open it stays the same.
        if (!pidfd || parent_of(pid) != process) continue;
        ::pidfd_send_signal(pidfd.get(), SIGSTOP, nullptr, 0);
        pidfds_.push_back(std::move(pidfd));
        add_children_of(pid, deadline);
    }
}

void Descendants::kill() const noexcept {
    for (const auto& pidfd : pidfds_) kill_process(pidfd.get());
}

}  // namespace curfew::master
