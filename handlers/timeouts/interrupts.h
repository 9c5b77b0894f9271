#pragma once

#include "waiting.h"

#include <memory>

namespace curfew {

/// An Interrupt from a pool, for one call: making one costs a descriptor and two system calls.
/// Given back, cleared, at the end of its scope.
class PooledInterrupt {
  public:
    PooledInterrupt();
    ~PooledInterrupt();
    PooledInterrupt(const PooledInterrupt&) = delete;
    PooledInterrupt& operator=(const PooledInterrupt&) = delete;

    [[nodiscard]] Interrupt& operator*() const noexcept { return *interrupt_; }
    [[nodiscard]] Interrupt* get() const noexcept { return interrupt_.get(); }

  private:
    std::unique_ptr<Interrupt> interrupt_;
};

}  // namespace curfew
