#include "disposable_child.h"

#include <curfew/backends/cancel_queries.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace curfew;

namespace demo {

namespace {

/// No lock of this program is held during a wait: a process whose other threads all sleep may be
/// copied.
bool others_sleep() {
    const auto self = std::to_string(::gettid());
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        if (task.path().filename() == self) continue;
        std::string stat;
        std::getline(std::ifstream(task.path() / "stat"), stat);
        const auto state = stat.rfind(") ");
        if (state != std::string::npos && stat[state + 2] != 'S') return false;
    }
    return true;
}

/// What it throws ends it as it ends any program: by SIGABRT.
[[noreturn]] void live(pid_t parent, int output, const std::function<int(int)>& function) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::prctl(PR_SET_DUMPABLE, 0);  // no core: crashes are what it is for
    // What it says when it dies is not for the server's log.
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(null, fd);
    ::dup2(output, 3);
    ::close_range(4, ~0U, 0);
    call_context() = {};  // the limits are the parent's, and so is whoever it may wait with
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    if (auto* const queries = db::recorded_queries()) db::record_queries_in(*queries);
    ::_exit(function(3));
}

/// True if there is something to read, or the end, before the deadline.
bool readable(int fd, Deadline deadline) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.remaining());
        if (::poll(&wanted, 1, static_cast<int>(left.count())) == 1) return true;
        if (deadline.passed()) return false;  // else a signal has cut it short
    }
}

}  // namespace

void wait_for_other_threads() {
    for (const auto give_up = Deadline::in(2s); !others_sleep();) {
        if (give_up.passed()) {
            throw HttpError(503,
                            "a thread of this worker is at work, and a child of it could not "
                            "be trusted; try again");
        }
        std::this_thread::sleep_for(1ms);
    }
}

DisposableChild::DisposableChild(const std::function<int(int output)>& function) {
    wait_for_other_threads();
    std::array<int, 2> pipe{};
    checked(::pipe2(pipe.data(), O_CLOEXEC), "pipe2");
    output_.reset(pipe[0]);
    const UniqueFd write_end(pipe[1]);
    const pid_t parent = ::getpid();
    pid_ = checked(::fork(), "fork");
    if (pid_ == 0) live(parent, write_end.get(), function);
}

DisposableChild::~DisposableChild() {
    if (pid_ != 0) static_cast<void>(wait(Deadline::in(Duration::zero())));
}

ChildEnd DisposableChild::wait(Deadline deadline) {
    ChildEnd end;
    std::array<char, 4096> part{};
    for (ssize_t size = 1; size > 0;) {
        if (!readable(output_.get(), deadline)) {
            end.killed = true;
            ::kill(pid_, SIGKILL);
            break;
        }
        size = ::read(output_.get(), part.data(), part.size());
        if (size > 0) end.output.append(part.data(), static_cast<std::size_t>(size));
    }
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    db::cancel_queries_of(std::exchange(pid_, 0), 500ms);
    if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
    if (WIFSIGNALED(status) && !end.killed) end.signal = WTERMSIG(status);
    return end;
}

}  // namespace demo
