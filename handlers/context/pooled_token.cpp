#include "pooled_token.h"

#include "own_mutex.h"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace curfew {

namespace {

constexpr std::size_t kept = 64;

struct Pool {
    OwnMutex mutex;
    std::vector<std::unique_ptr<CancelToken>> free;
};

Pool& pool();

/// A child process inherits the descriptors of the tokens, and they are the same eventfds as its
/// parent's. A token that the child raised, and did not live to clear, would stay raised in the
/// parent. So the child starts with an empty pool.
Pool& make_pool() {
    ::pthread_atfork([] { pool().mutex.lock(); }, [] { pool().mutex.unlock(); },
                     [] {
                         pool().free.clear();
                         pool().mutex.unlock();
                     });
    return *new Pool;
}

/// Never destroyed: at exit, abandoned threads may still give their tokens back.
Pool& pool() {
    static Pool& only = make_pool();
    return only;
}

}  // namespace

PooledToken::PooledToken() {
    {
        const std::lock_guard lock(pool().mutex);
        if (!pool().free.empty()) {
            token_ = std::move(pool().free.back());
            pool().free.pop_back();
        }
    }
    if (!token_) token_ = std::make_unique<CancelToken>();
}

CallContext cancelled_by(CancelToken& token, Deadline deadline) noexcept {
    auto own = call_context();
    own.limit = std::min(own.limit, deadline);
    own.token = &token;
    own.token_ends_waits = true;
    // The timer that is to raise the token may come too late for the first wait.
    if (own.limit.passed()) token.raise();
    return own;
}

PooledToken::~PooledToken() {
    token_->clear();
    const std::lock_guard lock(pool().mutex);
    if (pool().free.size() < kept) pool().free.push_back(std::move(token_));
}

}  // namespace curfew
