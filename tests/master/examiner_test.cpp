#include "master/post_mortem/examiner.h"

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
void reap(Examiner& examiner) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, 0);
    REQUIRE(examiner.finished(pid, status));
}

}  // namespace

TEST_CASE("the stack of a crash is read by another process, and taken once") {
    Examiner examiner([](const char*) {});
    const auto master = std::to_string(::getpid());

    examiner.begin_crash(worker, [] { return Stack{std::to_string(::getppid()), "main"}; });
    CHECK(examiner.busy());
    CHECK(examiner.looks_at(worker));
    CHECK(examiner.looks_at_crash());
    reap(examiner);

    CHECK_FALSE(examiner.busy());
    CHECK_FALSE(examiner.looks_at(worker));
    CHECK_FALSE(examiner.looks_at_crash());
    CHECK(examiner.take_crash(worker) == Stack{master, "main"});
    CHECK(examiner.take_crash(worker).empty());
}

TEST_CASE("one that hangs is waited for until its box is over, and is the only one until it ends") {
    Examiner examiner([](const char*) {});
    examiner.begin_crash(worker, []() -> Stack {
        while (true) ::pause();
    });
    const auto box = examiner.box();
    examiner.end_overdue(box.time() - 1ns);
    CHECK(examiner.looks_at(worker));

    examiner.end_overdue(box.time());

    CHECK(examiner.box().is_never());
    CHECK_FALSE(examiner.busy());
    CHECK_FALSE(examiner.looks_at(worker));
    CHECK(examiner.looks_at_crash());
    CHECK(examiner.take_crash(worker).empty());
    reap(examiner);
    CHECK_FALSE(examiner.looks_at_crash());
}
