// The waits for child processes, which replace libc's own: see README.md in this folder.
#include "children.h"

#include "../base/unique_fd.h"
#include "retry.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace curfew {

namespace {

/// What libc has no error for. Not EINTR, after which callers wait again.
constexpr int late = ECHILD;

pid_t real_wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
    return static_cast<pid_t>(::syscall(SYS_wait4, pid, status, options, usage));
}

/// Readable once that process has ended. Without one, if there is no descriptor left.
UniqueFd open_end_of(idtype_t type, id_t id, int options) noexcept {
    const bool only_its_end = (options & (WUNTRACED | WCONTINUED)) == 0;
    if (type != P_PID || !only_its_end) return UniqueFd();
    return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
}

/// The context in force, or if it has expired already some time more: who kills a child at the
/// limit waits for it next, and would leave a zombie.
CallContext with_grace(bool for_one_child) noexcept {
    constexpr Duration grace = std::chrono::milliseconds(20);
    auto context = current_context;
    if (!for_one_child || !context.expired()) return context;
    context.deadline = Deadline::in(grace);
    context.token = nullptr;
    return context;
}

pid_t limited_wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
    pid_t found = 0;
    {
        const ContextScope scope(with_grace(pid > 0));
        found = wait_for_child(pid, status, options, usage);
    }
    if (found != 0 || (options & WNOHANG)) return found;
    errno = late;
    return -1;
}

int limited_waitid(decltype(&::waitid) real, idtype_t type, id_t id, siginfo_t* info, int options) {
    siginfo_t own{};
    if (!info) info = &own;
    int result = 0;
    const auto attempt = [&] {
        info->si_pid = 0;
        result = real(type, id, info, options | WNOHANG);
        return result != 0 || info->si_pid != 0;
    };
    if (attempt()) return result;
    const ContextScope scope(with_grace(type == P_PID));
    const auto end = open_end_of(type, id, options & (WSTOPPED | WCONTINUED));
    if (retry(attempt, end.get())) return result;
    errno = late;
    return -1;
}

}  // namespace

pid_t wait_for_child(pid_t pid, int* status, int options, rusage* usage) noexcept {
    const int before = errno;
    pid_t found = 0;
    const auto attempt = [&] {
        found = real_wait4(pid, status, options | WNOHANG, usage);
        return found != 0;
    };
    if (attempt() || (options & WNOHANG)) return found;
    const auto end = open_end_of(pid > 0 ? P_PID : P_ALL, static_cast<id_t>(pid), options);
    if (retry(attempt, end.get()) && found > 0) errno = before;
    return found;
}

void kill_group(pid_t leader) noexcept {
    ::kill(-leader, SIGKILL);
    auto patient = current_context;
    patient.deadline = Deadline::never();
    patient.token = nullptr;
    const ContextScope scope(patient);
    while (wait_for_child(leader, nullptr, 0, nullptr) < 0 && errno == EINTR) continue;
}

}  // namespace curfew

extern "C" {

pid_t wait4(pid_t pid, int* status, int options, rusage* usage) noexcept {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::wait4)>("wait4");
    return unlimited() ? real(pid, status, options, usage)
                       : limited_wait4(pid, status, options, usage);
}

pid_t wait3(int* status, int options, rusage* usage) noexcept {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::wait3)>("wait3");
    return unlimited() ? real(status, options, usage) : limited_wait4(-1, status, options, usage);
}

pid_t waitpid(pid_t pid, int* status, int options) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::waitpid)>("waitpid");
    return unlimited() ? real(pid, status, options) : limited_wait4(pid, status, options, nullptr);
}

pid_t wait(int* status) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::wait)>("wait");
    return unlimited() ? real(status) : limited_wait4(-1, status, 0, nullptr);
}

int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::waitid)>("waitid");
    return unlimited() || (options & WNOHANG) ? real(type, id, info, options)
                                              : limited_waitid(real, type, id, info, options);
}

}  // extern "C"
