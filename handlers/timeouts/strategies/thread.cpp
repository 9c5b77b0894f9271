#include "thread.h"

#include "../../base/error.h"
#include "../../context/call_context.h"
#include "../../context/copies.h"
#include "../../context/own_mutex.h"
#include "../../context/pooled_token.h"
#include "overrun.h"

#include <poll.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace curfew {

struct Thread::Job {
    enum class State { running, done, abandoned };

    Job(std::shared_ptr<Call> what, const CallContext& under)
        : call(std::move(what)), context(under) {}

    std::shared_ptr<Call> call;  ///< owned by the thread until the function has run
    const CallContext context;
    OwnMutex mutex;
    std::condition_variable ended;
    State state = State::running;

    /// A caller on a fiber waits for this instead of `ended`, because it must not block its thread.
    std::optional<PooledToken> wakes_fiber;

    /// True once the function has ended; false at the deadline.
    bool wait(std::unique_lock<std::mutex>& lock, Deadline deadline) {
        const auto over = [this] { return state == State::done; };
        if (wakes_fiber) {
            lock.unlock();
            pollfd end{.fd = (*wakes_fiber)->fd(), .events = POLLIN, .revents = 0};
            const ContextScope scope(deadline);
            while (!(*wakes_fiber)->raised() && !deadline.passed()) ::poll(&end, 1, -1);
            lock = mutex.locked();
        } else if (deadline.is_never()) {
            ended.wait(lock, over);
        } else {
            ended.wait_until(lock, deadline.time(), over);
        }
        return over();
    }
};

Thread::Thread()
    : Strategy("thread",
               {.blocked_socket = true,
                .drip_feed = true,
                .name_lookup = true,
                .sleep = true,
                .cooperative_loop = true,
                .lock = true,
                .signals_blocked = true,
                .left_behind = "the function, until its next wait; for ever if it computes",
                .keeps_threads = true,
                .cost = "a hand-over to another thread and back",
                .late = "a wake-up"}) {}

void Thread::run(Call&, Deadline) {
    throw std::logic_error("strategy thread needs a call that may outlive its caller");
}

void Thread::run_detached(const std::shared_ptr<Call>& call, Deadline deadline) {
    CallContext inherited;
    inherited.deadline = inherited.limit = std::min(deadline, call_context().limit);
    inherited.per_operation = call_context().per_operation;
    inherited.route = call_context().route;
    const LentMetering metering;
    inherited.metering = metering.borrowed();
    const auto job = std::make_shared<Job>(call, inherited);
    if (call_context().parking) job->wakes_fiber.emplace();
    if (!threads_.run([this, job] { work(*job); })) {
        throw HttpError(503, "all " + std::to_string(SpareThreads::most) +
                                 " threads for calls with a limit are taken");
    }

    auto lock = job->mutex.locked();
    if (job->wait(lock, inherited.limit)) {
        return check_overrun(name(),
                             deadline);  // it may have ended because the deadline ended its waits
    }
    job->state = Job::State::abandoned;
    const int now = ++abandoned_;
    lock.unlock();
    if (observer_) observer_(now);
    throw TimeoutError("the time limit has passed (strategy thread); the function goes on behind");
}

/// Runs on a spare thread.
void Thread::work(Job& job) {
    {
        const ContextScope scope(job.context);
        const CopyEnds copies;
        job.call->run();
    }
    // Reset before the caller is told: then the caller, if there still is one, has the last
    // reference, and destroys what the call owns.
    job.call.reset();
    bool abandoned = false;
    {
        const std::lock_guard ended(job.mutex);
        abandoned = std::exchange(job.state, Job::State::done) == Job::State::abandoned;
    }
    job.ended.notify_one();
    if (job.wakes_fiber) (*job.wakes_fiber)->raise();
    if (abandoned) --abandoned_;
}

}  // namespace curfew
