#include "timer_thread.h"

#include <csignal>
#include <thread>
#include <utility>

namespace curfew {

TimerThread& TimerThread::instance() {
    static TimerThread& only = *new TimerThread;
    return only;
}

TimerThread::TimerThread() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    std::thread([this] { work(); }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TimerThread::Entry TimerThread::add(Deadline deadline, Interrupt& interrupt) {
    Entry entry;
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        entry = entries_.emplace(deadline, &interrupt);
        first = entry == entries_.begin();
    }
    if (first) sooner_.notify_one();
    return entry;
}

void TimerThread::remove(Entry entry) noexcept {
    const std::lock_guard lock(mutex_);
    entries_.erase(entry);
}

void TimerThread::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        auto next = entries_.begin();
        while (next != entries_.end() && next->first.passed()) {
            if (Interrupt* const interrupt = std::exchange(next->second, nullptr)) {
                interrupt->raise();
            }
            ++next;
        }
        if (next == entries_.end() || next->first.is_never()) {
            sooner_.wait(lock);
        } else {
            sooner_.wait_until(lock, next->first.time());
        }
    }
}

}  // namespace curfew
