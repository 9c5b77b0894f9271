#include "fork.h"

#include "../../context/call_context.h"
#include "../../context/copies.h"
#include "../processes/abandoned_queries.h"
#include "../processes/child_process.h"
#include "../processes/descendants.h"
#include "../processes/message.h"
#include "../processes/pidfd.h"
#include "overrun.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

namespace curfew {

namespace {

/// The context has no deadline, because at the limit the process is killed. It has the limit, which
/// upstreams are told.
[[noreturn]] void run_as_child(Call& call, int socket, pid_t parent, Deadline limit,
                               const Metering& metering) noexcept {
    begin_child(parent);
    const Subreaper subreaper;
    CallContext own;
    own.limit = limit;
    own.metering = metering;
    const ContextScope scope(own);
    {
        const CopyEnds copies;
        call.run();
    }
    static_cast<void>(send(socket, answer_of([&] { return call.result(); })));
    ::_exit(0);
}

/// A child process, as its parent sees it. The destructor kills it and all that it has started.
class Child {
  public:
    Child(Call& call, Deadline limit) : others_(children()) {
        const pid_t parent = ::getpid();
        MessagePair pair;
        pid_ = checked(::fork(), "fork");
        if (pid_ == 0) run_as_child(call, pair.theirs.get(), parent, limit, metering_.borrowed());
        socket_ = std::move(pair.ours);
        try {
            pidfd_ = open_pidfd(pid_);
        } catch (...) {
            end();
            throw;
        }
    }
    ~Child() { end(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] Message answer() {
        using State = Incoming::State;
        Incoming incoming;
        for (bool ended = false;;) {
            const auto state = incoming.receive(socket_.get(), MSG_DONTWAIT);
            if (state == State::whole) return incoming.take();
            if (state == State::gone || (state == State::nothing && ended)) break;
            if (state == State::nothing) ended = wait();
        }
        wait_for(pidfd_.get(), POLLIN);
        return death_of(reap());
    }

  private:
    /// Returns when there is something to receive, or when the child has ended: then true. The
    /// pidfd is needed because processes that the child has started may keep the socket open.
    bool wait() {
        std::array<pollfd, 2> wanted{pollfd{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                                     pollfd{.fd = pidfd_.get(), .events = POLLIN, .revents = 0}};
        wait_for(wanted);
        return wanted[1].revents != 0;
    }

    int reap() noexcept {
        const ContextScope no_limit{CallContext()};  // it is dead, or will be at once
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
        abandoned_queries().take_from(std::exchange(pid_, 0));
        return status;
    }

    void end() noexcept {
        if (pid_ != 0) {
            ::kill(pid_, SIGKILL);
            reap();
        }
        auto& queries = abandoned_queries();
        try {
            end_children(others_, 0, [&](pid_t dead) { queries.take_from(dead); });
            queries.cancel();
        } catch (const std::exception&) {
            // No descriptor or process is left. What the child has started goes on.
        }
    }

    const Subreaper subreaper_;
    const LentMetering metering_;
    std::vector<pid_t> others_;  ///< children that this call has not started
    pid_t pid_ = 0;
    UniqueFd socket_;
    UniqueFd pidfd_;
};

}  // namespace

Fork::Fork() noexcept
    : Strategy("fork", {.blocked_socket = true,
                        .drip_feed = true,
                        .name_lookup = true,
                        .sleep = true,
                        .cooperative_loop = true,
                        .cpu_loop = true,
                        .lock = true,
                        .signals_blocked = true,
                        .runs_destructors = false,
                        .forks = true,
                        .cost = "a new process; the larger the worker, the more",
                        .late = "the end of the process"}) {}

void Fork::run(Call& call, Deadline deadline) {
    call.check_result();
    if (call_context().parking != nullptr) {
        throw std::logic_error(
            "strategy fork would block the thread of all other fibers; use strategy process");
    }
    check_single_threaded("strategy fork");
    const auto limit = std::min(deadline, call_context().limit);
    {
        const ContextScope scope(limit);
        Child child(call, limit);
        accept_answer(call, child.answer());
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
