#include "handlers/base/error.h"
#include "handlers/context/call_context.h"
#include "handlers/context/pooled_token.h"
#include "handlers/timeouts/processes/descendants.h"
#include "handlers/timeouts/processes/helpers.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/timeouts/processes/processes.h"
#include "tests/handlers/timeouts/processes/victims.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr Duration limit = 150ms;
constexpr Duration clearly_ended = 10s;  ///< what is stuck here is so for ever

void read_from(int fd) {
    char byte = 0;
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    while (::poll(&wanted, 1, 60'000) > 0 && ::recv(fd, &byte, 1, 0) > 0) continue;
}

void hear_silence() {
    int fds[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
    read_from(fds[0]);
}

void hear_drips() {
    int fds[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), "socketpair");
    if (::fork() == 0) {
        while (::send(fds[1], "x", 1, MSG_NOSIGNAL) == 1) ::usleep(10'000);
        ::_exit(0);
    }
    ::close(fds[1]);
    read_from(fds[0]);
}

void sleep_long() { std::this_thread::sleep_for(1h); }

void cooperate() {
    while (true) checkpoint();
}

void compute() {
    volatile bool for_ever = true;
    while (for_ever) continue;
}

void wait_for_lock() {
    static std::mutex mutex;
    mutex.lock();
    std::thread([] { mutex.lock(); }).join();
}

void be_deaf() {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    compute();
}

struct Outcome {
    bool timed_out = false;
    Duration elapsed{};
};

template <typename... What>
Outcome attempt(Duration within, std::string_view by, What... what) {
    const auto start = Deadline::Clock::now();
    Outcome outcome;
    try {
        with_timeout(within, by, what...);
    } catch (const TimeoutError&) {
        outcome.timed_out = true;
    }
    outcome.elapsed = Deadline::Clock::now() - start;
    return outcome;
}

std::vector<pid_t> leave_descendants(const std::string& file) {
    start_descendants(file);
    return pids_in(file);
}

void be_stuck_with_descendants(const std::string& file) {
    start_descendants(file);
    compute();
}

void leave_mark_at_end(const std::string& file) {
    struct Mark {
        explicit Mark(const std::string& path) : file(path) {}
        ~Mark() { std::ofstream(file) << "the destructor ran"; }
        std::string file;
    };
    const Mark mark(file);
    std::ofstream(file + ".begun") << "so far";
    while (true) checkpoint();
}

/// Takes all helpers, as new ones count among the idle only when one is needed.
void let_all_be_known() {
    std::vector<Helper> all;
    for (int i = 0; i < helper_count; ++i) all.push_back(helpers().take());
    for (auto& each : all) helpers().put(std::move(each));
}

/// What a program that is executed here makes of a SIGTERM.
int execute_and_terminate() { return std::system("kill -TERM $$"); }

/// Ends at its own limit, with the token still raised: it looks at none.
void outlive_alarm() { with_timeout(1ms, "alarm", compute); }

std::string twice(const std::string& text) { return text + text; }

}  // namespace

TEST_CASE("whatever a function is stuck in, its caller goes on at the limit") {
    struct Stuck {
        const char* in;
        void (*function)();
    };
    for (const auto by : in_processes) {
        for (const auto& [in, function] : std::vector<Stuck>{{"a silent socket", hear_silence},
                                                             {"a drip", hear_drips},
                                                             {"a sleep", sleep_long},
                                                             {"a loop that cooperates", cooperate},
                                                             {"a loop that does not", compute},
                                                             {"a lock", wait_for_lock},
                                                             {"a deaf loop", be_deaf}}) {
            CAPTURE(by);
            CAPTURE(in);
            const auto outcome = attempt(limit, by, function);
            CHECK(outcome.timed_out);
            CHECK(outcome.elapsed >= limit);
            CHECK(outcome.elapsed < clearly_ended);
        }
    }
}

TEST_CASE("destructors of a function that was ended do not run") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const TemporaryDirectory directory;
        const auto file = (directory.path() / "mark").string();

        while (!std::filesystem::exists(file + ".begun")) {
            CHECK(attempt(limit, by, leave_mark_at_end, file).timed_out);
        }

        CHECK_FALSE(std::filesystem::exists(file));
    }
}

TEST_CASE("whatever the function has started ends with it, at its limit") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const TemporaryDirectory directory;
        const auto file = (directory.path() / "pids").string();

        CHECK(attempt(2s, by, be_stuck_with_descendants, file).timed_out);

        const auto pids = pids_in(file);
        REQUIRE(pids.size() == 3);
        CHECK(wait_until([&] { return std::ranges::none_of(pids, is_alive); }));
    }
}

TEST_CASE("whatever the function has started ends with it, in time") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const TemporaryDirectory directory;
        const auto file = (directory.path() / "pids").string();

        const auto pids = with_timeout(1min, by, leave_descendants, file);

        REQUIRE(pids.size() == 3);
        CHECK(std::ranges::none_of(pids, is_alive));
    }
}

TEST_CASE("arguments and results of many megabytes cross") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        std::string text;
        for (int i = 0; i < 1'000'000; ++i) text += std::to_string(i) + ",";

        CHECK(with_timeout(1min, by, twice, text) == text + text);
        for (const std::size_t size : {0, 1, 8191, 8192, 8193, 16384, 73728, 73729}) {
            const std::string some(size, 'x');
            CHECK(with_timeout(1min, by, twice, some) == some + some);
        }
    }
}

TEST_CASE("a crash is named") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto dies_of = [&](void (*function)(), const char* how) {
            CHECK_THROWS_WITH_AS(with_timeout(1min, by, function), doctest::Contains(how),
                                 BackendError);
        };
        dies_of([] { ::raise(SIGSEGV); }, "died: SIGSEGV");
        dies_of([] { std::abort(); }, "died: SIGABRT");
        dies_of([] { ::_exit(3); }, "ended by itself, with status 3");
        // Whoever it has started does not hide its end.
        dies_of(
            [] {
                if (::fork() == 0) sleep_long();
                ::raise(SIGKILL);
            },
            "died: SIGKILL");
    }
}

TEST_CASE("limits nest, across processes and with other strategies") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto inner = [](const std::string& name, Duration inner_limit) {
            with_timeout(inner_limit, name, sleep_long);
        };
        for (const std::string other :
             {"process", "fork", "deadline", "alarm", "timer", "thread"}) {
            CAPTURE(other);
            CHECK(attempt(1min, by, inner, other, Duration(50ms)).timed_out);
            CHECK(attempt(limit, by, inner, other, Duration(1h)).timed_out);
        }
        for (const std::string other : {"process", "fork", "deadline", "alarm"}) {
            CAPTURE(other);
            CHECK(attempt(limit, other, inner, std::string(by), Duration(1h)).timed_out);
        }
    }
}

TEST_CASE("no time at all is no time in another process, and the longest limit ends nothing") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        for (const Duration none : {Duration::min(), Duration(-1s), Duration(0)}) {
            CHECK(attempt(none, by, cooperate).timed_out);
            CHECK(attempt(none, by, compute).timed_out);
        }
        CHECK(with_timeout(Duration::max(), by, twice, std::string("ab")) == "abab");
    }
}

TEST_CASE("the limit of a call that has ended does not end the next one") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        CHECK(with_timeout(1min, by, [] {
            with_timeout(20ms, "alarm", [] {});
            std::this_thread::sleep_for(60ms);
            return true;
        }));
    }
}

TEST_CASE("what terminals tell a whole server ends no child, but what a child has executed") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        CHECK(with_timeout(1min, by, [] {
            for (const int signal : {SIGHUP, SIGINT, SIGTERM}) ::raise(signal);
            return true;
        }));
        const int status = with_timeout(1min, by, execute_and_terminate);
        CHECK(WIFSIGNALED(status));
    }
}

TEST_CASE("a child of the function that comes back from it answers nobody") {
    for (const auto* const by : {"process", "fork"}) {
        CAPTURE(by);
        const auto whose = with_timeout(20s, by, [] {
            const pid_t copy = ::fork();
            if (copy == 0) throw std::runtime_error("the copy's");
            int status = 0;
            ::waitpid(copy, &status, 0);
            return "the function's, and its copy ended with "s +
                   std::to_string(WEXITSTATUS(status));
        });
        CHECK(whose == "the function's, and its copy ended with 1");
        for (int i = 0; i < 10; ++i) {
            CHECK(with_timeout(
                      20s, by, [](int number) { return number; }, i) == i);
        }
    }
}

TEST_CASE("a fiber does not fork: the others of its thread would wait for the child") {
    CHECK_THROWS_WITH_AS(with_timeout(1min, "fiber", [] { with_timeout(1min, "fork", [] {}); }),
                         doctest::Contains("strategy fork would block"), std::logic_error);
    CHECK(with_timeout(1min, "fiber", [] { return with_timeout(1min, "process", twice, "x"s); }) ==
          "xx");
}

TEST_CASE("children that cannot be told are not taken for none") {
    const auto before = children();
    REQUIRE_FALSE(before.empty());
    const auto end_others = [&] {
        const NoDescriptorLeft no_descriptor_left;
        (void)end_children(before, 0, [](pid_t) {});
    };

    CHECK_THROWS_AS(end_others(), std::system_error);

    CHECK(children() == before);
}

TEST_CASE("a child raises no cancel token of its parent's") {
    with_timeout(1min, "alarm", [] {});  // there is one to be used again

    CHECK(attempt(limit, "fork", outlive_alarm).timed_out);

    const PooledToken token;
    pollfd wanted{.fd = token->fd(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&wanted, 1, 0) == 0);
}

TEST_CASE("a child finds its own orphans, too") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const TemporaryDirectory directory;
        const auto file = (directory.path() / "pids").string();

        const auto left = with_timeout(
            1min, by,
            [](const std::string& path) {
                const auto pids = with_timeout(30s, "fork", leave_descendants, path);
                return std::ranges::count_if(pids, is_alive);
            },
            file);

        CHECK(pids_in(file).size() == 3);
        CHECK(left == 0);
    }
}

TEST_CASE("a function in another process knows its limit, and is told the truth by waits") {
    for (const auto by : in_processes) {
        CAPTURE(by);
        const auto left = with_timeout(1min, by, [] { return remaining_time(); });
        CHECK(left <= 1min);
        CHECK(left > 30s);
    }
}

TEST_CASE("300 limits leave nothing behind") {
    const auto state = [] {
        let_all_be_known();
        const auto size = [](const std::string& path) {
            return std::distance(std::filesystem::directory_iterator(path), {});
        };
        const auto zygote = children_of(::getpid()).at(0);
        return std::vector<std::ptrdiff_t>{
            size("/proc/self/fd"), size("/proc/self/task"), std::ssize(children_of(::getpid())),
            size("/proc/" + std::to_string(zygote) + "/fd"), std::ssize(children_of(zygote))};
    };
    for (const auto by : in_processes) attempt(2ms, by, sleep_long);
    const auto before = state();

    for (int i = 0; i < 150; ++i) {
        for (const auto by : in_processes) CHECK(attempt(2ms, by, sleep_long).timed_out);
    }

    CHECK(wait_until([&] { return state() == before; }));
}
