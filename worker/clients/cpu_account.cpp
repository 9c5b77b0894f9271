#include "worker/clients/cpu_account.h"

#include <algorithm>
#include <ctime>

namespace curfew::worker {

namespace {

Duration thread_clock() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

void CpuAccount::begin(Duration limit) noexcept {
    limit_ = limit;
    used_ = Duration::zero();
    cell_.cpu_limit.store(limit.count(), std::memory_order_relaxed);
    if (limit_ != Duration::zero()) resume();
}

void CpuAccount::end() noexcept {
    if (limit_ == Duration::zero()) return;
    cell_.cpu_spent_at.store(INT64_MAX, std::memory_order_relaxed);
    limit_ = Duration::zero();
}

void CpuAccount::pause() noexcept {
    if (limit_ == Duration::zero()) return;
    used_ += thread_clock() - since_;
    const auto left = std::max(limit_ - used_, Duration::zero());
    cell_.cpu_spent_at.store(-left.count(), std::memory_order_relaxed);
}

void CpuAccount::resume() noexcept {
    if (limit_ == Duration::zero()) return;
    since_ = thread_clock();
    cell_.cpu_spent_at.store((since_ + limit_ - used_).count(), std::memory_order_relaxed);
}

}  // namespace curfew::worker
