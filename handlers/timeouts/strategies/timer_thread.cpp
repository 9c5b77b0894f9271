#include "timer_thread.h"

#include "../../base/signals_blocked.h"
#include "../../context/copies.h"

#include <thread>
#include <utility>

namespace curfew {

TimerThread& TimerThread::instance() {
    static TimerThread& only = *new TimerThread;
    return only;
}

TimerThread::TimerThread() {
    const SignalsBlocked blocked;
    const ContextScope no_limit{CallContext()};  // the thread outlives that of its maker
    std::thread([this] { work(); }).detach();
}

TimerThread::Entry TimerThread::add(Deadline deadline, CancelToken& token) {
    Entry entry;
    bool sooner = false;
    {
        const std::lock_guard lock(mutex_);
        entry = entries_.emplace(deadline, &token);
        sooner = deadline < wakes_at_;
    }
    if (sooner) sooner_.notify_one();
    return entry;
}

void TimerThread::remove(Entry entry) noexcept {
    // A copy has the entries, but no timer thread: the lock may stay that thread's for ever.
    if (is_copy()) return;
    const std::lock_guard lock(mutex_);
    entries_.erase(entry);
}

void TimerThread::work() {
    auto lock = mutex_.locked();
    while (true) {
        auto next = entries_.begin();
        while (next != entries_.end() && next->first.passed()) {
            if (CancelToken* const token = std::exchange(next->second, nullptr)) {
                token->raise();
            }
            ++next;
        }
        wakes_at_ = next == entries_.end() ? Deadline::never() : next->first;
        if (wakes_at_.is_never()) {
            sooner_.wait(lock);
        } else {
            sooner_.wait_until(lock, wakes_at_.time());
        }
    }
}

}  // namespace curfew
