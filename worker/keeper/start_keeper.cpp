#include "worker/keeper/start_keeper.h"

#include "worker/keeper/release_memory.h"
#include "worker/os/time_slice.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>

namespace curfew::worker {

namespace {

[[noreturn]] void keep(const KeeperSetup& setup, pid_t master) {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != master) ::_exit(0);
    setup.title();
    shorten_time_slice();
    Keeper keeper(setup);
    auto board = setup.board;
    release_memory();  // from here on, what `setup` refers to is unmapped
    for (std::uint32_t call = 0;;) {
        call = board.await_call(call);
        if (board.line().ending.load() != Ending::none) break;
        keeper.answer_claimed();
    }
    keeper.settle();
    ::_exit(0);
}

}  // namespace

void start_keeper(const KeeperSetup& setup) {
    const pid_t master = ::getppid();
    auto& keeper = setup.board.line().keeper;
    static_assert(sizeof keeper == sizeof(pid_t));
    // The kernel stores the pid before clone() returns in either process. So if the master finds no
    // pid, there is no keeper.
    const auto pid =
        ::syscall(SYS_clone, CLONE_FILES | CLONE_PARENT | CLONE_PARENT_SETTID | SIGCHLD, nullptr,
                  &keeper, nullptr, 0);
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "clone of the keeper");
    if (pid == 0) keep(setup, master);
}

}  // namespace curfew::worker
