#pragma once

#include "call_context.h"

#include <memory>

namespace curfew {

/// An CancelToken from a pool, for one call: making one costs a descriptor and two system calls.
/// Given back, cleared, at the end of its scope.
class PooledInterrupt {
  public:
    PooledInterrupt();
    ~PooledInterrupt();
    PooledInterrupt(const PooledInterrupt&) = delete;
    PooledInterrupt& operator=(const PooledInterrupt&) = delete;

    [[nodiscard]] CancelToken& operator*() const noexcept { return *interrupt_; }
    [[nodiscard]] CancelToken* operator->() const noexcept { return interrupt_.get(); }

  private:
    std::unique_ptr<CancelToken> interrupt_;
};

/// The context in force, with a further limit that `interrupt` is raised for: waits and
/// checkpoint() heed it. A sooner limit around it is part of its `limit`, for when the interrupt
/// must come, since that one's own is not watched meanwhile. If there is no time left, it is
/// raised.
[[nodiscard]] CallContext interrupted_by(CancelToken& interrupt, Deadline deadline) noexcept;

}  // namespace curfew
