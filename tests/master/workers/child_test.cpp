#include "master/workers/child.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::Scoreboard;
using worker::WorkerState;

namespace {

/// A process that waits for a signal, and the Child that stands for it.
class Process {
  public:
    explicit Process(WorkerState state, Deadline boot_deadline = Deadline::never())
        : child_(start(), 0, 1, scoreboard_.worker(0), {}, boot_deadline) {
        child_.board().line().state.store(state);
    }
    ~Process() {
        if (reaped_) return;
        ::kill(child_.pid(), SIGKILL);
        (void)wait();
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    Child* operator->() { return &child_; }

    int wait() {
        int status = 0;
        reaped_ = ::waitpid(child_.pid(), &status, 0) == child_.pid();
        return status;
    }

  private:
    static pid_t start() {
        // Until the child has given up the test's own handlers, signals must wait.
        sigset_t all;
        sigset_t before;
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, &before);
        const auto pid = ::fork();
        if (pid == 0) ::signal(SIGTERM, SIG_DFL);
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        if (pid != 0) return pid;
        while (true) ::pause();
    }

    Scoreboard scoreboard_{1, 1};
    Child child_;
    bool reaped_ = false;
};

constexpr int exited(int status) { return W_EXITCODE(status, 0); }
constexpr int signalled(int signal) { return W_EXITCODE(0, signal); }
constexpr int dumped(int signal) { return W_EXITCODE(0, signal) | WCOREFLAG; }

ExitRecord death(WorkerState state, int status) { return Process(state)->death(status); }

}  // namespace

TEST_CASE("a worker that ends before it is ready could not boot") {
    const auto status_3 = death(WorkerState::booting, exited(3));
    CHECK(status_3.cause == Cause::no_boot);
    CHECK(status_3.exit_status == 3);
    CHECK(status_3.text == "could not boot: it exited with status 3");

    const auto status_0 = death(WorkerState::booting, exited(0));
    CHECK(status_0.cause == Cause::no_boot);
    CHECK(status_0.exit_status == 3);

    const auto crash = death(WorkerState::booting, signalled(SIGSEGV));
    CHECK(crash.cause == Cause::no_boot);
    CHECK(crash.exit_status == 3);
    CHECK(crash.text == "could not boot: it crashed: SIGSEGV (Segmentation fault)");

    CHECK(death(WorkerState::booting, signalled(SIGKILL)).cause == Cause::signalled);
}

TEST_CASE("a signal of its own making is a crash") {
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP}) {
        CAPTURE(signal);
        CHECK(death(WorkerState::ready, signalled(signal)).cause == Cause::crashed);
    }
    CHECK(death(WorkerState::ready, signalled(SIGABRT)).text == "crashed: SIGABRT (Aborted)");
    CHECK(death(WorkerState::ready, dumped(SIGABRT)).text ==
          "crashed: SIGABRT (Aborted), core dumped");
    CHECK(death(WorkerState::draining, signalled(SIGSEGV)).cause == Cause::crashed);
}

TEST_CASE("any other signal came from outside") {
    for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGALRM}) {
        CAPTURE(signal);
        CHECK(death(WorkerState::ready, signalled(signal)).cause == Cause::signalled);
    }
    CHECK(death(WorkerState::ready, signalled(SIGKILL)).text ==
          "was ended from outside: SIGKILL (Killed)");
    CHECK(death(WorkerState::ready, signalled(SIGRTMIN + 1)).text ==
          "was ended from outside: SIGRTMIN+1");
}

TEST_CASE("status 0 is an end in order only while the worker leaves") {
    CHECK(death(WorkerState::draining, exited(0)).cause == Cause::finished);
    CHECK(death(WorkerState::ready, exited(0)).cause == Cause::exited);
    CHECK(death(WorkerState::ready, exited(1)).cause == Cause::exited);
    CHECK(death(WorkerState::ready, exited(1)).text == "exited with status 1");
    CHECK(death(WorkerState::draining, exited(1)).cause == Cause::exited);
}

TEST_CASE("a worker that was told to go has an order, and has finished if it ends") {
    Process child(WorkerState::ready);

    child->tell_to_go(worker::Order::finish, Deadline::never());

    std::vector<worker::Order> orders;
    worker::take_orders(child->board().line(), -1, [&](auto order) { orders.push_back(order); });
    CHECK(orders == std::vector{worker::Order::finish});
    CHECK(child->leaving());
    CHECK(child->death(exited(0)).cause == Cause::finished);
    CHECK(child->death(signalled(SIGSEGV)).cause == Cause::crashed);
    CHECK(child->death(signalled(SIGINT)).cause == Cause::signalled);
}

TEST_CASE("a worker that was told to go while it booted did not fail to boot") {
    Process child(WorkerState::booting);
    child->tell_to_go(worker::Order::finish, Deadline::never());
    CHECK(child->death(exited(0)).cause == Cause::finished);
    CHECK(child->death(signalled(SIGSEGV)).cause == Cause::crashed);

    CHECK(child->terminating());
    CHECK(child->kill_deadline().passed());
    child->kill(child->termination_reason());
    CHECK(child->death(child.wait()).text == "dismissed");
}

TEST_CASE("a kill for want of memory is told from one by somebody else, and from our own") {
    Process child(WorkerState::ready);
    const bool oom = true;

    CHECK(child->death(signalled(SIGKILL), oom).cause == Cause::oom_killed);
    CHECK(child->death(signalled(SIGKILL), oom).text == "was killed for want of memory (OOM)");
    CHECK(child->death(signalled(SIGKILL)).cause == Cause::signalled);
    CHECK(child->death(signalled(SIGSEGV), oom).cause == Cause::crashed);
    CHECK(child->death(signalled(SIGTERM), oom).cause == Cause::signalled);
    child->kill("it was ours");
    CHECK(child->death(signalled(SIGKILL), oom).cause == Cause::killed);
}

TEST_CASE("a worker that we killed was killed, whatever its status says") {
    Process child(WorkerState::ready);

    child->kill("it did not go in time");
    child->kill("another reason");
    const auto status = child.wait();

    CHECK(child->killed());
    CHECK(child->leaving());
    CHECK(WTERMSIG(status) == SIGKILL);
    CHECK(child->death(status).cause == Cause::killed);
    CHECK(child->death(status).text == "killed: it did not go in time");
    CHECK(child->death(exited(0)).cause == Cause::killed);
}

TEST_CASE("one that is too many can still be terminated, and then has less time") {
    const auto later = Deadline::in(2h);
    const auto sooner = Deadline::in(1h);
    Process child(WorkerState::ready);

    child->dismiss(later);
    CHECK(child->kill_deadline() == later);
    child->terminate("it is stuck", sooner);

    CHECK(child->termination_reason() == "it is stuck");
    CHECK(child->kill_deadline() < sooner);  // it has not even frozen
    child->board().line().frozen.store(true);
    CHECK(child->kill_deadline() == sooner);
    child->dismiss(Deadline::in(1min));
    CHECK(child->kill_deadline() == sooner);
    child->kill(child->termination_reason());
    CHECK(child->death(child.wait()).cause == Cause::killed);
}

TEST_CASE("a worker has a deadline while it boots and while it leaves") {
    const auto boot = Deadline::in(1h);
    const auto sooner = Deadline::in(30min);
    const auto later = Deadline::in(2h);

    SUBCASE("booting") {
        Process child(WorkerState::booting, boot);
        CHECK(child->overstay_deadline() == boot);
        child->tell_to_go(worker::Order::finish, later);
        CHECK(child->overstay_deadline() == boot);
        CHECK(child->kill_deadline().passed());
    }
    SUBCASE("ready") {
        Process child(WorkerState::ready, boot);
        CHECK(child->overstay_deadline().is_never());
        child->notice_draining(sooner);
        CHECK(child->overstay_deadline().is_never());
        child->tell_to_go(worker::Order::finish, later);
        child->tell_to_go(worker::Order::finish, sooner);
        child->tell_to_go(worker::Order::finish, later);
        CHECK(child->overstay_deadline() == sooner);
    }
    SUBCASE("draining by itself") {
        Process child(WorkerState::draining, boot);
        CHECK(child->leaving());
        child->notice_draining(sooner);
        CHECK(child->overstay_deadline() == sooner);
        child->notice_draining(later);
        CHECK(child->overstay_deadline() == sooner);
    }
    SUBCASE("killed") {
        Process child(WorkerState::ready, boot);
        child->kill("why");
        CHECK(child->overstay_deadline().is_never());
    }
}
