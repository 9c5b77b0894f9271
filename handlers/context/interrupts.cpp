#include "interrupts.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace curfew {

namespace {

constexpr std::size_t kept = 64;

struct Pool {
    std::mutex mutex;
    std::vector<std::unique_ptr<CancelToken>> free;
};

Pool& pool();

/// A child gets copies of the descriptors, but they are the same files: what it raised, and did not
/// live to clear, would stay raised in its parent. So it starts with an empty pool.
Pool& make_pool() {
    ::pthread_atfork([] { pool().mutex.lock(); }, [] { pool().mutex.unlock(); },
                     [] {
                         pool().free.clear();
                         pool().mutex.unlock();
                     });
    return *new Pool;
}

/// Never destroyed: threads that were left behind may still give theirs back at exit.
Pool& pool() {
    static Pool& only = make_pool();
    return only;
}

}  // namespace

PooledInterrupt::PooledInterrupt() {
    {
        const std::lock_guard lock(pool().mutex);
        if (!pool().free.empty()) {
            interrupt_ = std::move(pool().free.back());
            pool().free.pop_back();
        }
    }
    if (!interrupt_) interrupt_ = std::make_unique<CancelToken>();
}

CallContext interrupted_by(CancelToken& interrupt, Deadline deadline) noexcept {
    auto own = call_context();
    own.limit = std::min(own.limit, deadline);
    own.interrupt = &interrupt;
    own.interrupt_wakes = true;
    // Whoever is to raise it may come too late for the first check.
    if (own.limit.passed()) interrupt.raise();
    return own;
}

PooledInterrupt::~PooledInterrupt() {
    interrupt_->clear();
    const std::lock_guard lock(pool().mutex);
    if (pool().free.size() < kept) pool().free.push_back(std::move(interrupt_));
}

}  // namespace curfew
