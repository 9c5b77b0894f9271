#pragma once

#include "../strategy.h"

namespace curfew {

/// multiprocessing.Process.join with a timeout: the function runs in a child that is forked for it.
/// At the limit the child is killed, with all processes that it has started. These processes also
/// end when the function returns. Only in a process with one thread, and not on a fiber.
class Fork final : public Strategy {
  public:
    Fork() noexcept;
    void run(Call& call, Deadline deadline) override;
};

}  // namespace curfew
