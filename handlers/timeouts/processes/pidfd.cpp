#include "pidfd.h"

#include <csignal>
#include <fcntl.h>

extern "C" {
#include <sys/pidfd.h>  // without this before glibc 2.37
}

namespace curfew {

UniqueFd open_pidfd(pid_t pid) { return checked_fd(::pidfd_open(pid, 0), "pidfd_open"); }

void kill_process(int pidfd) noexcept { ::pidfd_send_signal(pidfd, SIGKILL, nullptr, 0); }

}  // namespace curfew
