#include "tools/laboratory/servers/guardian.h"

#include "handlers/base/unique_fd.h"
#include "handlers/timeouts/processes/pidfd.h"
#include "handlers/timeouts/processes/proc_children.h"
#include "tools/support/process.h"
#include "tools/support/wait_until.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

/// Whatever this process has been told about signals is not the program's business.
void forget_about_signals() {
    for (const int signal :
         {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2}) {
        ::signal(signal, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Children that end, and the word to end.
UniqueFd open_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    ::sigaddset(&set, SIGTERM);
    return checked_fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd");
}

/// Returns when it is time to end: whether that is so because the starter has ended.
bool wait_for_the_end(int signals, int starter) {
    while (true) {
        pollfd events[]{{signals, POLLIN, 0}, {starter, POLLIN, 0}};
        if (::poll(events, 2, -1) < 0 && errno != EINTR) return false;
        if (events[1].revents != 0) return true;
        signalfd_siginfo signal{};
        while (::read(signals, &signal, sizeof signal) == sizeof signal) {
            if (signal.ssi_signo == SIGTERM) return false;
        }
        while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
    }
}

/// What a killed process leaves behind becomes our child, and has its turn.
void kill_all() {
    do {
        for (const pid_t child : children_of(::getpid())) ::kill(child, SIGKILL);
    } while (::waitpid(-1, nullptr, 0) > 0);
}

/// Others who write there may take a moment to die.
void clear_away(const std::filesystem::path& directory) {
    std::error_code failed;
    static_cast<void>(tools::wait_until([&] {
        std::filesystem::remove_all(directory, failed);
        return !std::filesystem::exists(directory, failed);
    }));
}

void guard(pid_t starter, const std::filesystem::path& directory) {
    // The starter's connections are not to stay open for our sake.
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    const auto signals = open_signals();
    const auto starter_ends = open_pidfd(starter);
    // Had it ended earlier, the descriptor would be another's.
    const bool is_gone =
        ::getppid() != starter || wait_for_the_end(signals.get(), starter_ends.get());
    kill_all();
    if (is_gone) clear_away(directory);
}

}  // namespace

void split_off_guardian(pid_t starter, const std::filesystem::path& directory) {
    ::prctl(PR_SET_PDEATHSIG,
            0);  // of the thread that has forked: others may go on with the program
    checked(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)");
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    const pid_t program = checked(::fork(), "fork");
    if (program == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        forget_about_signals();
        return;
    }
    ::prctl(PR_SET_NAME, "guardian");
    try {
        std::ofstream(directory / "pid") << program << '\n';
        guard(starter, directory);
    } catch (const std::exception& error) {
        const std::string text = std::string("guardian: ") + error.what() + "\n";
        (void)!::write(STDERR_FILENO, text.data(), text.size());
        kill_all();
    }
    ::_exit(0);
}

}  // namespace curfew::laboratory
