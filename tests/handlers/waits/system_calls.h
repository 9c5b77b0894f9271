#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace curfew::tests {

/// What the kernel does with the system calls of this process from now on: `chosen` for those in
/// the list, `others` for all others (SECCOMP_RET_ALLOW and so on). False if it refuses to.
[[nodiscard]] inline bool filter_system_calls(std::initializer_list<long> list, unsigned chosen,
                                              unsigned others) {
    std::vector<sock_filter> program{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
    for (const long number : list) {
        program.push_back(
            sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
        program.push_back(sock_filter BPF_STMT(BPF_RET | BPF_K, chosen));
    }
    program.push_back(sock_filter BPF_STMT(BPF_RET | BPF_K, others));
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                            .filter = program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// Runs a function in a child process, because a filter cannot be removed. Returns what it returns,
/// or minus the signal that has ended it.
template <typename Function>
int in_child(Function function) {
    const auto child = ::fork();
    if (child == 0) ::_exit(function());
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace curfew::tests
