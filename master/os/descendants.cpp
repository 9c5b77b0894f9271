#include "master/os/descendants.h"

#include "handlers/timeouts/processes/pidfd.h"
#include "handlers/timeouts/processes/proc_children.h"

#include <csignal>
#include <exception>
#include <system_error>
#include <utility>

extern "C" {
#include <sys/pidfd.h>  // lacks extern "C" before glibc 2.37
}

namespace curfew::master {

Descendants::Descendants(pid_t process, Deadline deadline) noexcept try {
    if (children_of(process, deadline).empty()) return;
    ::kill(process, SIGSTOP);
    add_children_of(process, deadline);
} catch (const std::exception&) {
    // There is no descriptor or memory left. The processes found so far are still killed.
}

/// The process must be stopped, so that it starts no more children meanwhile.
void Descendants::add_children_of(pid_t process, Deadline deadline) {
    for (const pid_t pid : children_of(process, deadline)) {
        if (deadline.passed()) return;
        UniqueFd pidfd(::pidfd_open(pid, 0));
        if (!pidfd && (errno == EMFILE || errno == ENFILE)) {
            throw std::system_error(errno, std::generic_category(), "pidfd_open");
        }
        // The child may have ended and its pid may have been reused before the pidfd was opened.
        // The pidfd keeps it from then on, so its parent is checked afterwards.
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
