#include "master/stacks/stack.h"

#include "master/diagnosis/asked_stack.h"
#include "master/diagnosis/permission.h"
#include "master/stacks/ptrace_stop.h"
#include "tests/master/victim.h"

#include <doctest/doctest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

using namespace curfew;
using namespace curfew::master;
using namespace curfew::tests;
using namespace std::chrono_literals;

namespace {

constexpr auto spins = "curfew::tests::spin_in_a_named_function";
constexpr auto sleeps = "curfew::tests::sleep_in_a_named_function";

/// Generous, for machines that are busy.
Deadline patiently() { return Deadline::in(patience); }

bool has(const std::vector<Frame>& frames, std::string_view function) {
    return std::ranges::any_of(
        frames, [&](const Frame& each) { return each.function.starts_with(function); });
}

std::vector<Frame> look(const Victim& victim) {
    const auto modules = Modules::of(victim.pid());
    return modules.describe(stack_of(modules, victim.pid(), victim.tid(), patiently()));
}

int error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const std::system_error& error) {
        return error.code().value();
    }
    return 0;
}

/// One that answers when it is asked.
struct Answering {
    Answering()
        : dump(static_cast<worker::StackDump*>(::mmap(nullptr, sizeof(worker::StackDump),
                                                      PROT_READ | PROT_WRITE,
                                                      MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
    ~Answering() { ::munmap(dump, sizeof *dump); }
    Answering(const Answering&) = delete;
    Answering& operator=(const Answering&) = delete;

    worker::StackDump* dump;
};

void block_every_signal() {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

TEST_CASE(
    "the stack of a process that computes has the function's name and place, and it goes on") {
    const Victim victim([](Told& told) { spin_in_a_named_function(told); });
    REQUIRE(victim.goes_on());

    const auto frames = look(victim);

    REQUIRE_FALSE(frames.empty());
    CHECK(frames[0].function.starts_with(spins));
    CHECK(frames[0].module == "master_tests");
    const auto& source = frames[0].source;  // an instruction of the loop's own, or of std::atomic
    CHECK((source.starts_with("victim.cpp:") || source.find(".h:") != std::string::npos));
    CHECK(has(frames, "main"));
    CHECK(victim.goes_on());
}

TEST_CASE("the stack of a process that sleeps") {
    const Victim victim([](Told&) { sleep_in_a_named_function(); });
    REQUIRE(victim.comes_to("clock_nanosleep"));

    CHECK(has(look(victim), sleeps));

    CHECK(victim.comes_to('S'));
}

TEST_CASE("the stack of a process that has all signals blocked") {
    const Victim victim([](Told& told) {
        block_every_signal();
        spin_in_a_named_function(told);
    });
    REQUIRE(victim.goes_on());

    CHECK(has(look(victim), spins));
    CHECK(victim.goes_on());
}

TEST_CASE("a process that was stopped is looked at, and stays stopped") {
    const Victim victim([](Told& told) { spin_in_a_named_function(told); });
    REQUIRE(victim.goes_on());
    ::kill(victim.pid(), SIGSTOP);
    REQUIRE(victim.comes_to('T'));

    CHECK(has(look(victim), spins));

    CHECK(victim.comes_to('T'));
    const auto turns = victim.turns();
    CHECK(victim.turns() == turns);
    ::kill(victim.pid(), SIGCONT);
    CHECK(victim.goes_on());
}

TEST_CASE("of several threads the right one is looked at") {
    const Victim victim([](Told& told) {
        const std::thread other([&told] {
            told.tid = ::gettid();
            spin_in_a_named_function(told);
        });
        sleep_in_a_named_function();
    });
    REQUIRE(victim.goes_on());
    const auto modules = Modules::of(victim.pid());
    const auto frames_of = [&](pid_t tid) {
        return modules.describe(stack_of(modules, victim.pid(), tid, patiently()));
    };
    REQUIRE(victim.tid() != victim.pid());

    CHECK(has(frames_of(victim.tid()), spins));
    CHECK_FALSE(has(frames_of(victim.tid()), sleeps));
    CHECK(has(frames_of(victim.pid()), sleeps));
}

TEST_CASE("a process that is dead, or gone, has no stack") {
    Victim victim([](Told& told) { spin_in_a_named_function(told); });
    REQUIRE(victim.goes_on());
    const auto modules = Modules::of(victim.pid());
    const auto pid = victim.pid();
    const auto look_again = [&] { static_cast<void>(stack_of(modules, pid, pid, patiently())); };

    ::kill(pid, SIGKILL);
    REQUIRE(victim.comes_to('Z'));
    CHECK(error_of(look_again) != 0);

    victim.end();
    CHECK(error_of(look_again) == ESRCH);
    CHECK_THROWS(Modules::of(pid));
}

TEST_CASE("a process in an uninterruptible sleep costs no more than the time allowed") {
    // Until its child is done with its memory, the parent sleeps uninterruptibly.
    const Victim victim([](Told&) {
        if (::vfork() == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            sleep_in_a_named_function();
        }
    });
    REQUIRE(victim.comes_to('D'));
    const auto modules = Modules::of(victim.pid());

    const auto error = error_of([&] {
        static_cast<void>(stack_of(modules, victim.pid(), victim.tid(), Deadline::in(20ms)));
    });

    CHECK(error == ETIMEDOUT);
    CHECK(victim.comes_to('D'));
}

TEST_CASE("whoever is killed while it looks leaves nobody stopped") {
    const Victim victim([](Told& told) { spin_in_a_named_function(told); });
    REQUIRE(victim.goes_on());
    Victim looker([&](Told& told) {
        const PtraceStop held(victim.pid(), patiently());
        told.turns = held.error() == 0 ? 1 : 2;
        sleep_in_a_named_function();
    });
    REQUIRE(wait_until([&] { return looker.turns() != 0; }));
    REQUIRE(looker.turns() == 1);
    CHECK(victim.comes_to('t'));

    looker.end();

    CHECK(victim.goes_on());
}

TEST_CASE("two cannot look at the same thread at once") {
    const Victim victim([](Told& told) { spin_in_a_named_function(told); });
    REQUIRE(victim.goes_on());
    const PtraceStop first(victim.pid(), patiently());
    REQUIRE(first.error() == 0);

    CHECK(PtraceStop(victim.pid(), patiently()).error() == EPERM);
}

TEST_CASE("a process that is asked tells its own stack, and goes on") {
    const Answering answering;
    const Victim victim([&](Told& told) {
        worker::answer_with_stacks_in(*answering.dump);
        spin_in_a_named_function(told);
    });
    REQUIRE(victim.goes_on());

    for (int i = 0; i < 3; ++i) {
        const auto frames =
            asked_stack_of(*answering.dump, victim.pid(), victim.tid(), patiently());
        REQUIRE_FALSE(frames.empty());
        CHECK(frames[0].function.starts_with(spins));
        CHECK(has(frames, "main"));
    }
    CHECK(victim.goes_on());
}

TEST_CASE("of several threads the one that is asked answers") {
    const Answering answering;
    const Victim victim([&](Told& told) {
        worker::answer_with_stacks_in(*answering.dump);
        const std::thread other([&told] {
            told.tid = ::gettid();
            spin_in_a_named_function(told);
        });
        sleep_in_a_named_function();
    });
    REQUIRE(victim.goes_on());

    CHECK(has(asked_stack_of(*answering.dump, victim.pid(), victim.tid(), patiently()), spins));
    CHECK(has(asked_stack_of(*answering.dump, victim.pid(), victim.pid(), patiently()), sleeps));
}

TEST_CASE(
    "whoever has all signals blocked does not answer, and the one who asks gives up in time") {
    const Answering answering;
    const Victim victim([&](Told& told) {
        worker::answer_with_stacks_in(*answering.dump);
        block_every_signal();
        spin_in_a_named_function(told);
    });
    REQUIRE(victim.goes_on());

    CHECK_THROWS_WITH(
        asked_stack_of(*answering.dump, victim.pid(), victim.tid(), Deadline::in(20ms)),
        doctest::Contains("does not answer"));
    CHECK(victim.goes_on());
}

TEST_CASE("whether one may look is found out, with nothing left behind") {
    CHECK(refused_look([] {}) == 0);

    const auto refused = refused_look([] { ::prctl(PR_SET_DUMPABLE, 0); });
    // With CAP_SYS_PTRACE this one may be looked at too.
    CHECK((refused == 0 || refused == EPERM));
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}
