#include "master/diagnosis/permission.h"

#include "handlers/base/unique_fd.h"
#include "master/stacks/modules.h"
#include "master/stacks/ptrace_stop.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace curfew::master {

namespace {

using namespace std::chrono_literals;

[[noreturn]] void pose(const std::function<void()>& become, int ready, pid_t parent) noexcept {
    try {
        become();
    } catch (const std::exception&) {
        ::_exit(1);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // changing the user clears this
    if (::getppid() != parent) ::_exit(0);
    [[maybe_unused]] const auto said = ::write(ready, "", 1);
    while (true) ::pause();
}

int look_at_once(pid_t pid) {
    const int error = PtraceStop(pid, Deadline::in(1s)).error();
    if (error != 0) return error;
    try {
        static_cast<void>(Modules::of(pid));
    } catch (const std::exception&) {
        return EACCES;
    }
    return 0;
}

}  // namespace

void let_family_look() noexcept { ::prctl(PR_SET_PTRACER, ::getppid(), 0, 0, 0); }

int refused_look(const std::function<void()>& become) {
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe");
    const UniqueFd ready(ends[0]);
    UniqueFd says(ends[1]);
    const pid_t parent = ::getpid();
    const pid_t pid = checked(::fork(), "fork");
    if (pid == 0) pose(become, says.get(), parent);
    says.reset();
    char byte = 0;
    const int error = ::read(ready.get(), &byte, 1) == 1 ? look_at_once(pid) : ECHILD;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return error;
}

}  // namespace curfew::master
