#include "master/diagnosis/inspector.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

using namespace curfew::master;
using namespace std::chrono_literals;

namespace {

constexpr pid_t worker = 4711;
using Stack = std::vector<std::string>;

/// Waits for the only process that it has started.
void reap(Inspector& inspector) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, 0);
    REQUIRE(inspector.finished(pid, status));
}

}  // namespace

TEST_CASE("the stack of a crash is read by another process, and taken once") {
    Inspector inspector([](const char*) {});
    const auto master = std::to_string(::getpid());

    inspector.begin_crash(worker, [] { return Stack{std::to_string(::getppid()), "main"}; });
    CHECK(inspector.busy());
    CHECK(inspector.looks_at(worker));
    CHECK(inspector.looks_at_crash());
    reap(inspector);

    CHECK_FALSE(inspector.busy());
    CHECK_FALSE(inspector.looks_at(worker));
    CHECK_FALSE(inspector.looks_at_crash());
    CHECK(inspector.take_crash(worker) == Stack{master, "main"});
    CHECK(inspector.take_crash(worker).empty());
}

TEST_CASE("one that hangs is waited for until its box is over, and is the only one until it ends") {
    Inspector inspector([](const char*) {});
    inspector.begin_crash(worker, []() -> Stack {
        while (true) ::pause();
    });
    const auto box = inspector.box();
    inspector.end_overdue(box.time() - 1ns);
    CHECK(inspector.looks_at(worker));

    inspector.end_overdue(box.time());

    CHECK(inspector.box().is_never());
    CHECK_FALSE(inspector.busy());
    CHECK_FALSE(inspector.looks_at(worker));
    CHECK(inspector.looks_at_crash());
    CHECK(inspector.take_crash(worker).empty());
    reap(inspector);
    CHECK_FALSE(inspector.looks_at_crash());
}
