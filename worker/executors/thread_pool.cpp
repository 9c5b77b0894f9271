#include "worker/executors/thread_pool.h"

#include "handlers/base/signal_stack.h"
#include "worker/process/lost_descriptor.h"

#include <sys/eventfd.h>

namespace curfew::worker {

ThreadPool::ThreadPool(Loop& loop, int threads)
    : finished_fd_(checked_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      finished_event_(loop, finished_fd_.get(), [this] { collect(); }) {
    finished_event_.enable();
    threads_.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void ThreadPool::submit(Task& task) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(&task);
    }
    ++unfinished_;
    changed_.notify_one();
}

void ThreadPool::work() {
    const SignalStack signal_stack;
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        Task* const task = waiting_.front();
        waiting_.pop_front();
        lock.unlock();

        task->run();

        lock.lock();
        finished_.push_back(task);
        // One wake-up is enough for all tasks that finish before the loop looks.
        if (finished_.size() > 1) continue;
        if (::eventfd_write(finished_fd_.get(), 1) != 0 && descriptor_is_lost()) {
            end_without_descriptor("a descriptor of the server");
        }
    }
}

void ThreadPool::collect() {
    eventfd_t ignored = 0;
    ::eventfd_read(finished_fd_.get(), &ignored);
    {
        const std::lock_guard lock(mutex_);
        collected_.swap(finished_);
    }
    unfinished_ -= collected_.size();
    for (Task* const task : collected_) task->done();
    collected_.clear();
}

}  // namespace curfew::worker
