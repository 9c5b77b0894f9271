#pragma once

#include "../strategy.h"

namespace curfew {

/// As strategy `fork`, at a hundredth of its cost and in a process with any number of threads: the
/// function runs in a warm child, one of helpers(), that is killed at the limit with all processes
/// that it has started. Only what serializable.h lets go there and back.
///
/// What a call leaves behind in its helper is there for the next one, but for processes and
/// threads: a helper with threads is replaced.
///
/// In a child itself, which has no helpers, a call is one by `fork`.
class Process final : public Strategy {
  public:
    Process() noexcept;

    /// Throws std::logic_error if there are no helpers.
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
