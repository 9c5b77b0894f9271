#include "handlers/timeouts/processes/helpers.h"

#include "handlers/base/error.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/timeouts/processes/processes.h"
#include "tests/handlers/timeouts/processes/victims.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

pid_t zygote() { return children_of(::getpid()).at(0); }

pid_t own_pid() { return ::getpid(); }

void sleep_long() { std::this_thread::sleep_for(1h); }

pid_t sleep_shortly() {
    std::this_thread::sleep_for(300ms);
    return ::getpid();
}

Process victim(const std::string& role, const TemporaryDirectory& directory) {
    return {{std::filesystem::read_symlink("/proc/self/exe").string(), "--victim", role},
            directory.path(),
            {}};
}

}  // namespace

TEST_CASE("a helper is used again as long as nothing happens to it") {
    const auto first = with_timeout(1min, "process", own_pid);

    for (int i = 0; i < 100; ++i) CHECK(with_timeout(1min, "process", own_pid) == first);
    CHECK_THROWS_AS(
        with_timeout(1min, "process", [] { throw std::runtime_error("no reason to die"); }),
        std::runtime_error);

    CHECK(with_timeout(1min, "process", own_pid) == first);
}

TEST_CASE("a helper that a call has left threads in is not used again") {
    const auto first = with_timeout(1min, "process", [] {
        std::thread([] { ::pause(); }).detach();
        return ::getpid();
    });

    CHECK(wait_until([&] { return !is_alive(first); }));
    CHECK(with_timeout(1min, "process", own_pid) != first);
}

TEST_CASE("a helper that was killed at its limit is replaced") {
    const auto first = with_timeout(1min, "process", own_pid);

    CHECK_THROWS_AS(with_timeout(50ms, "process", sleep_long), TimeoutError);

    CHECK(wait_until([&] { return !is_alive(first); }));
    CHECK(wait_until([] { return children_of(zygote()).size() == helper_count; }));
    CHECK(with_timeout(1min, "process", own_pid) != first);
}

TEST_CASE("a helper that dies while it is idle costs no call") {
    const auto before = children_of(zygote());
    for (const pid_t helper : before) ::kill(helper, SIGKILL);
    CHECK(wait_until([&] {
        const auto now = children_of(zygote());
        return now.size() == helper_count && std::ranges::none_of(now, [&](pid_t pid) {
                   return std::ranges::count(before, pid) > 0;
               });
    }));

    for (int i = 0; i < 10; ++i) CHECK(with_timeout(1min, "process", own_pid) > 0);
}

TEST_CASE("who finds no helper free waits for one, within the limit") {
    std::vector<std::jthread> busy;
    std::set<pid_t> used;
    std::mutex mutex;
    for (int i = 0; i < 3 * helper_count; ++i) {
        busy.emplace_back([&] {
            const auto pid = with_timeout(1min, "process", sleep_shortly);
            const std::lock_guard lock(mutex);
            used.insert(pid);
        });
    }
    busy.clear();
    CHECK(used.size() == helper_count);

    for (int i = 0; i < helper_count; ++i) {
        busy.emplace_back(
            [] { CHECK_THROWS_AS(with_timeout(2s, "process", sleep_long), TimeoutError); });
    }
    std::this_thread::sleep_for(200ms);
    CHECK_THROWS_AS(with_timeout(100ms, "process", own_pid), TimeoutError);
    CHECK(with_timeout(1min, "process", own_pid) > 0);
}

TEST_CASE("a process with threads may use helpers, but neither fork nor start others") {
    std::jthread other([](const std::stop_token& stop) {
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    });

    CHECK(with_timeout(1min, "process", own_pid) > 0);
    CHECK_THROWS_WITH_AS(with_timeout(1min, "fork", own_pid),
                         doctest::Contains("one thread only, and this one has 2"),
                         std::logic_error);
    CHECK_THROWS_AS(Helpers().start(1, [](const char*) {}), std::logic_error);
}

TEST_CASE("nothing survives a caller that is killed") {
    const TemporaryDirectory directory;
    auto caller = victim("stuck", directory);
    const auto pids_file = (directory.path() / "pids").string();
    REQUIRE(wait_until([&] { return pids_in(pids_file).size() == 4; }));
    auto all = pids_in(pids_file);
    const auto its_zygote = children_of(caller.pid()).at(0);
    for (const pid_t pid : children_of(its_zygote)) all.push_back(pid);
    all.push_back(its_zygote);

    caller.kill(SIGKILL);

    CHECK(wait_until([&] { return std::ranges::none_of(all, is_alive); }));
}

TEST_CASE("without the zygote there are no helpers, and calls say so") {
    const TemporaryDirectory directory;
    auto caller = victim("orphaned", directory);

    CHECK(caller.exit_status() == 0);
    const auto said = read_file(directory.path() / "out");
    CAPTURE(said);
    CHECK(said.find("the zygote that forks its helpers has died") != std::string::npos);
    CHECK(wait_until([&] { return caller.session().empty(); }));
}
