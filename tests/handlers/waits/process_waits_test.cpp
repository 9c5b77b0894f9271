// Waits for files' locks and for processes.
#include "handlers/base/unique_fd.h"
#include "tests/handlers/waits/under.h"
#include "tests/support/rescue.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

/// An empty file that is open, and nowhere else any more.
struct File {
    std::array<char, 32> path{"/tmp/curfew_waits_XXXXXX"};
    UniqueFd fd{checked_fd(::mkstemp(path.data()), "mkstemp")};
    UniqueFd again{checked_fd(::open(path.data(), O_RDWR | O_CLOEXEC), "open")};
    File() { ::unlink(path.data()); }
};

/// A process that waits to be told to end, and ends with status 7.
class Child {
  public:
    Child() {
        REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
        pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            ::close(ends_[1]);
            char ignored = 0;
            (void)!::read(ends_[0], &ignored, 1);
            ::_exit(7);
        }
        ::close(ends_[0]);
    }
    ~Child() {
        end();
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void end() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }

    pid_t pid = 0;

  private:
    std::array<int, 2> ends_{-1, -1};
};

/// Locks of a file whose other holder lets go at `release`.
struct Lock {
    const char* name;
    std::function<int(int)> lock;  ///< waits
    std::function<int(int)> release;
    int late;
};

int with_fcntl(int fd, int command, short type) {
    struct flock lock {};
    lock.l_type = type;
    return ::fcntl(fd, command, &lock);
}

const std::array locks{
    Lock{"flock", [](int fd) { return ::flock(fd, LOCK_EX); },
         [](int fd) { return ::flock(fd, LOCK_UN); }, EWOULDBLOCK},
    Lock{"F_OFD_SETLKW", [](int fd) { return with_fcntl(fd, F_OFD_SETLKW, F_WRLCK); },
         [](int fd) { return with_fcntl(fd, F_OFD_SETLKW, F_UNLCK); }, ENOLCK},
};

}  // namespace

TEST_CASE("a wait for the lock of a file ends at the limit; later the lock is got") {
    for (const auto* const by : strategies_of_waits) {
        for (const auto& lock : locks) {
            CAPTURE(by);
            CAPTURE(lock.name);
            const File file;
            REQUIRE(lock.lock(file.fd.get()) == 0);
            Rescue rescue([&] { lock.release(file.fd.get()); });

            const auto late = under(by, 50ms, [&] { return lock.lock(file.again.get()); });

            CHECK_FALSE(rescue.needed());
            CHECK(late.late);
            CHECK(late.result == -1);
            CHECK(late.error == lock.late);

            std::thread other([&] {
                std::this_thread::sleep_for(20ms);
                lock.release(file.fd.get());
            });
            const auto met = under(by, 20s, [&] { return lock.lock(file.again.get()); });
            other.join();
            CHECK_FALSE(met.late);
            CHECK(met.result == 0);
        }
    }
}

TEST_CASE("locks that belong to a process end at the limit: F_SETLKW and lockf") {
    const File file;
    std::array<int, 2> ready{};
    REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
    const pid_t holder = ::fork();
    if (holder == 0) {
        with_fcntl(file.fd.get(), F_SETLK, F_WRLCK);
        (void)!::write(ready[1], "", 1);
        ::pause();
        ::_exit(0);
    }
    char byte = 1;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    Rescue rescue([&] { ::kill(holder, SIGKILL); });

    const auto set =
        under("deadline", 50ms, [&] { return with_fcntl(file.fd.get(), F_SETLKW, F_WRLCK); });
    const auto lockf = under("deadline", 50ms, [&] { return ::lockf(file.fd.get(), F_LOCK, 0); });

    CHECK_FALSE(rescue.needed());
    for (const auto& outcome : {set, lockf}) {
        CHECK(outcome.late);
        CHECK(outcome.result == -1);
        CHECK(outcome.error == ENOLCK);
    }
    ::kill(holder, SIGKILL);
    CHECK(under("deadline", 20s, [&] {
              return with_fcntl(file.fd.get(), F_SETLKW, F_WRLCK);
          }).result == 0);
    ::waitpid(holder, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("a wait for a child ends at the limit; later the child is reaped") {
    const std::vector<std::pair<const char*, std::function<long(pid_t, int*)>>> waits{
        {"waitpid", [](pid_t pid, int* status) { return ::waitpid(pid, status, 0); }},
        {"waitpid stopped",
         [](pid_t pid, int* status) { return ::waitpid(pid, status, WUNTRACED); }},
        {"wait", [](pid_t, int* status) { return ::wait(status); }},
        {"wait3", [](pid_t, int* status) { return ::wait3(status, 0, nullptr); }},
        {"wait4", [](pid_t pid, int* status) { return ::wait4(pid, status, 0, nullptr); }},
        {"waitid",
         [](pid_t pid, int* status) {
             siginfo_t info{};
             const int result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED);
             *status = W_EXITCODE(info.si_status, 0);
             return result == 0 ? info.si_pid : result;
         }},
    };
    for (const auto* const by : strategies_of_waits) {
        for (const auto& [name, wait] : waits) {
            CAPTURE(by);
            CAPTURE(name);
            Child child;
            int status = 0;
            Rescue rescue([&] { child.end(); });

            const auto late =
                under(by, 50ms, [&, &wait = wait] { return wait(child.pid, &status); });

            CHECK_FALSE(rescue.needed());
            CHECK(late.late);
            CHECK(late.result == -1);
            CHECK(late.error == ECHILD);

            child.end();
            const auto met = under(by, 20s, [&, &wait = wait] { return wait(child.pid, &status); });
            CHECK(met.result == child.pid);
            CHECK(WEXITSTATUS(status) == 7);
        }
    }
}

TEST_CASE("who kills a child at the limit reaps it") {
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        Child child;
        int again = 0;

        const auto outcome = under(by, 50ms, [&] {
            CHECK(::waitpid(child.pid, nullptr, 0) == -1);
            ::kill(child.pid, SIGKILL);
            while (again < 10 && ::waitpid(child.pid, nullptr, 0) != child.pid) ++again;
            return 0;
        });

        CHECK(outcome.late);
        CHECK(again < 10);
    }
}

TEST_CASE("system() and pclose() kill their child at the limit, and all that it has started") {
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        std::array<int, 2> alive{};  // its write end is open as long as one of them lives
        REQUIRE(::pipe(alive.data()) == 0);

        const auto system = under(by, 100ms, [] { return std::system("sleep 60; sleep 60"); });
        const auto piped = under(by, 100ms, [] {
            FILE* const stream = ::popen("sleep 60; sleep 60", "r");
            return ::pclose(stream);
        });
        const auto read = under(by, 100ms, [] {
            FILE* const stream = ::popen("sleep 60; echo", "r");
            std::array<char, 8> line{};
            const bool nothing = std::fgets(line.data(), line.size(), stream) == nullptr;
            const int status = ::pclose(stream);
            return nothing ? status : 0;
        });

        for (const auto& outcome : {system, piped, read}) {
            CHECK(outcome.late);
            CHECK(outcome.result == -1);
        }
        ::close(alive[1]);
        pollfd end{.fd = alive[0], .events = POLLIN, .revents = 0};
        CHECK(::poll(&end, 1, 10'000) == 1);
        ::close(alive[0]);
    }
}

TEST_CASE("system() and popen() in time give what libc's give") {
    for (const auto* const by : strategies_of_waits) {
        CAPTURE(by);
        CHECK(under(by, 20s, [] { return std::system("exit 3"); }).result == W_EXITCODE(3, 0));
        CHECK(under(by, 20s, [] { return std::system("kill -9 $$"); }).result == SIGKILL);
        CHECK(under(by, 20s, [] { return std::system(nullptr); }).result != 0);

        std::string said;
        const auto piped = under(by, 20s, [&] {
            FILE* const stream = ::popen("echo hello; exit 4", "r");
            std::array<char, 80> line{};
            while (std::fgets(line.data(), line.size(), stream)) said += line.data();
            return ::pclose(stream);
        });
        CHECK(said == "hello\n");
        CHECK(piped.result == W_EXITCODE(4, 0));

        const auto fed = under(by, 20s, [&] {
            FILE* const stream = ::popen("read line; test \"$line\" = hello", "w");
            std::fputs("hello\n", stream);
            return ::pclose(stream);
        });
        CHECK(fed.result == 0);

        CHECK(under(by, 20s, [] { return ::popen("true", "x") == nullptr; }).error == EINVAL);
    }
    CHECK(std::system("exit 3") == W_EXITCODE(3, 0));
    CHECK(::pclose(::popen("exit 5", "r")) == W_EXITCODE(5, 0));
}
