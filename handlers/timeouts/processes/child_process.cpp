#include "child_process.h"

#include "../../backends/running_queries.h"
#include "../../base/error.h"
#include "../../context/copies.h"
#include "abandoned_queries.h"
#include "failure.h"
#include "message.h"

#include <sys/prctl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>

namespace curfew {

namespace {

std::string end_of(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        const char* const name = ::sigabbrev_np(WTERMSIG(wait_status));
        return name ? "died: SIG" + std::string(name)
                    : "died: signal " + std::to_string(WTERMSIG(wait_status));
    }
    return "ended by itself, with status " + std::to_string(WEXITSTATUS(wait_status));
}

std::uint64_t tag(Answer answer) noexcept { return static_cast<std::uint64_t>(answer); }

}  // namespace

void begin_child(pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    default_signals();
    be_the_original();
    abandoned_queries() = {};
    // Records the child's statements as its own, so that they are cancelled when it dies.
    if (auto* const table = db::recorded_queries()) db::record_queries_in(*table);
}

void default_signals() noexcept {
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
        ::signal(signal, SIG_DFL);
    }
    for (const int signal :
         {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
          SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGPIPE}) {
        ::signal(signal, [](int) {});  // not SIG_IGN, which execve(2) keeps
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

OwnThreads::OwnThreads()
    : tasks_(checked_fd(::open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC),
                        "/proc/self/task")) {}

int OwnThreads::count() const {
    struct stat tasks {};
    checked(::fstat(tasks_.get(), &tasks), "fstat");
    return static_cast<int>(tasks.st_nlink) - 2;  // ".", "..", and one for each
}

void check_single_threaded(const char* who) {
    const int number = OwnThreads().count();
    if (number == 1) return;
    throw std::logic_error(
        std::string(who) + " needs a process with one thread only, and this one has " +
        std::to_string(number) + ": what the others have locked would stay locked in the child");
}

Message answer_of(const std::function<Payload()>& function) {
    try {
        return {.tag = tag(Answer::result), .payload = function()};
    } catch (...) {
        return {.tag = tag(Answer::failure), .payload = pack_failure(std::current_exception())};
    }
}

void accept_answer(Call& call, Message answer) {
    switch (static_cast<Answer>(answer.tag)) {
        case Answer::result:
            return call.accept(std::move(answer.payload));
        case Answer::failure:
            rethrow_failure(std::move(answer.payload));
        case Answer::died:
            break;
    }
    throw BackendError("the process that ran the function " +
                       end_of(static_cast<int>(answer.number)));
}

Message death_of(int wait_status) { return {.tag = tag(Answer::died), .number = wait_status}; }

}  // namespace curfew
