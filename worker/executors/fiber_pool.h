#pragma once

#include "handlers/timeouts/fibers/fiber.h"
#include "worker/executors/alarm_clock.h"
#include "worker/executors/executor.h"
#include "worker/os/loop.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace curfew::worker {

/// Worker class `fiber`: each task on a fiber of the loop's thread. A task that waits lets the loop
/// go on, with other tasks and clients, and is resumed by it when its wait is over.
class FiberPool final : public Executor {
  public:
    /// `stack_size`: bytes for each fiber.
    FiberPool(Loop& loop, std::size_t stack_size);

    /// A task that waits at this point is never resumed, and what it holds is lost.
    ~FiberPool() override;

    void submit(Task& task) override;
    [[nodiscard]] bool immediate() const noexcept override { return true; }
    [[nodiscard]] bool saturated() const noexcept override { return false; }

  private:
    class Runner;
    class Wait;

    void go_on(Runner& runner);

    Loop& loop_;
    AlarmClock clock_;
    FiberStacks stacks_;
    std::size_t ended_ = 0;  ///< tasks
    std::vector<std::unique_ptr<Runner>> idle_;
};

}  // namespace curfew::worker
