#pragma once

#include "../strategy.h"

namespace curfew {

/// As strategy `fork`, but at a hundredth of its cost, and in a process with any number of threads.
/// The function runs in one of helpers(), which are forked in advance. At the limit the helper is
/// killed, with all processes that it has started. Arguments and result must be serializable.
///
/// Memory that a call changes in its helper stays changed for the next call. Processes that a call
/// leaves behind are killed, and a helper with threads is replaced.
///
/// A helper, or a child by `fork`, has no helpers. A call under `process` there runs under `fork`.
class Process final : public Strategy {
  public:
    Process() noexcept;

    /// Throws std::logic_error if there are no helpers.
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
