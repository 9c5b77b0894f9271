#include "spare_threads.h"

#include "../base/signal_stack.h"
#include "call_context.h"

#include <thread>
#include <utility>

namespace curfew {

bool SpareThreads::run(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (idle_ <= static_cast<int>(waiting_.size())) {
            if (threads_ == most) return false;
            const ContextScope no_limit{CallContext()};  // the thread outlives that of its maker
            std::thread([this] { work(); }).detach();
            ++threads_;
            ++idle_;
        }
        waiting_.push_back(std::move(job));
    }
    job_waits_.notify_one();
    return true;
}

void SpareThreads::work() {
    const SignalStack signal_stack;
    auto lock = mutex_.locked();
    while (true) {
        job_waits_.wait(lock, [this] { return !waiting_.empty(); });
        auto job = std::move(waiting_.front());
        waiting_.pop_front();
        --idle_;
        lock.unlock();
        job();
        job = {};
        lock.lock();
        ++idle_;
    }
}

}  // namespace curfew
