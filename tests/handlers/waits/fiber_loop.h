#pragma once

#include "handlers/context/kernel_wait.h"
#include "handlers/timeouts/fibers/fiber.h"

#include <poll.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

namespace curfew::tests {

/// Runs functions on fibers of this thread, until all have ended. What a worker of class `fiber`
/// does, without its event loop.
class FiberLoop {
  public:
    void add(std::function<void()> function) {
        runners_.push_back(std::make_unique<Runner>(stacks_, std::move(function)));
    }

    void run() {
        while (!runners_.empty()) {
            for (std::size_t i = 0; i < runners_.size(); ++i) {
                if (runners_[i]->is_due()) runners_[i]->fiber.resume();
            }
            std::erase_if(runners_, [](const auto& each) { return each->fiber.ended(); });
            if (!runners_.empty()) wait();
        }
    }

  private:
    struct Runner final : Parking {
        Runner(FiberStacks& stacks, std::function<void()> function)
            : fiber(stacks, parked_here(), std::move(function)) {}

        CallContext parked_here() {
            CallContext context;
            context.parking = this;
            return context;
        }

        void wait(const pollfd* all, unsigned long count, Deadline until) override {
            fds.assign(all, all + count);
            deadline = until;
            fiber.pause();
        }

        bool is_due() {
            return deadline.passed() || kernel_wait(fds.data(), fds.size(), Deadline::at({})) > 0;
        }

        std::vector<pollfd> fds;
        Deadline deadline = Deadline::at({});
        Fiber fiber;
    };

    void wait() {
        std::vector<pollfd> all;
        auto soonest = Deadline::never();
        for (const auto& each : runners_) {
            all.insert(all.end(), each->fds.begin(), each->fds.end());
            soonest = std::min(soonest, each->deadline);
        }
        kernel_wait(all.data(), all.size(), soonest);
    }

    FiberStacks stacks_;
    std::vector<std::unique_ptr<Runner>> runners_;
};

}  // namespace curfew::tests
