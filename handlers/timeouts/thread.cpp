#include "thread.h"

#include "../error.h"
#include "../signals_blocked.h"
#include "overrun.h"
#include "waiting.h"

#include <string>
#include <thread>
#include <utility>

namespace curfew {

struct Thread::Job {
    enum class State { running, done, abandoned };

    Job(std::shared_ptr<Call> what, const Patience& under)
        : call(std::move(what)), patience(under) {}

    std::shared_ptr<Call> call;  ///< the thread's, until it has run
    const Patience patience;
    std::mutex mutex;
    std::condition_variable ended;
    State state = State::running;
};

Thread::Thread()
    : Strategy("thread",
               {.blocked_socket = true,
                .drip_feed = true,
                .sleep = true,
                .cooperative_loop = true,
                .signals_blocked = true,
                .left_behind = "the function, until its next wait; for ever if it computes "
                               "or waits for a lock",
                .cost = "4 µs",
                .late = "0.1 ms"}) {}

void Thread::run(Call&, Deadline) {
    throw std::logic_error("strategy thread needs a call that it may keep");
}

void Thread::run_detached(const std::shared_ptr<Call>& call, Deadline deadline) {
    Patience inherited;
    inherited.deadline = inherited.limit = std::min(deadline, patience().limit);
    const auto job = std::make_shared<Job>(call, inherited);
    hand_over(job);

    std::unique_lock lock(job->mutex);
    const auto ended = [&] { return job->state == Job::State::done; };
    if (inherited.limit.is_never()) {
        job->ended.wait(lock, ended);
        return;
    }
    if (job->ended.wait_until(lock, inherited.limit.time(), ended)) {
        return check_overrun(name(), deadline);  // it may have ended because its waits were cut
    }
    job->state = Job::State::abandoned;
    const int now = ++abandoned_now_;
    ++abandoned_ever_;
    lock.unlock();
    if (observer_) observer_(now);
    throw TimeoutError("the time limit has passed (strategy thread); the function goes on behind");
}

void Thread::hand_over(const std::shared_ptr<Job>& job) {
    const std::lock_guard lock(mutex_);
    if (idle_ <= static_cast<int>(waiting_.size())) {
        if (threads_ == most_threads) {
            throw HttpError(503, "all " + std::to_string(most_threads) +
                                     " threads for calls with a limit are taken");
        }
        const SignalsBlocked blocked;
        std::thread([this] { work(); }).detach();
        ++threads_;
        ++idle_;
    }
    waiting_.push_back(job);
    job_waits_.notify_one();
}

void Thread::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        job_waits_.wait(lock, [this] { return !waiting_.empty(); });
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        --idle_;
        lock.unlock();
        {
            const PatienceScope scope(job->patience);
            job->call->run();
        }
        // Before anyone hears of its end: what it owns goes with the caller, if there still is one.
        job->call.reset();
        bool abandoned = false;
        {
            const std::lock_guard ended(job->mutex);
            abandoned = std::exchange(job->state, Job::State::done) == Job::State::abandoned;
            job->ended.notify_one();
        }
        job.reset();
        lock.lock();
        if (abandoned) --abandoned_now_;
        ++idle_;
    }
}

}  // namespace curfew
