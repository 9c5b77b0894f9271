#include "fiber_strategy.h"

#include "fiber.h"
#include "kernel_wait.h"
#include "overrun.h"
#include "waiting.h"

#include <poll.h>

namespace curfew {

namespace {

/// The one fiber of a thread that has nothing else to do.
class Alone final : public Parking {
  public:
    Alone(Call& call, const Patience& patience)
        : fiber_(FiberStacks::of_this_thread(), parked_here(patience), [&call] { call.run(); }) {}

    void run() {
        fiber_.resume();
        while (!fiber_.ended()) {
            kernel_wait(fds_, count_, deadline_);
            fiber_.resume();
        }
    }

    void wait(const pollfd* fds, unsigned long count, Deadline deadline) override {
        fds_ = const_cast<pollfd*>(fds);  // it looks again itself
        count_ = count;
        deadline_ = deadline;
        fiber_.pause();
    }

  private:
    Patience parked_here(Patience patience) noexcept {
        patience.parking = this;
        return patience;
    }

    pollfd* fds_ = nullptr;
    unsigned long count_ = 0;
    Deadline deadline_ = Deadline::never();
    Fiber fiber_;
};

}  // namespace

FiberStrategy::FiberStrategy() noexcept
    : Strategy("fiber", {.blocked_socket = true,
                         .drip_feed = true,
                         .name_lookup = true,
                         .sleep = true,
                         .cooperative_loop = true,
                         .signals_blocked = true,
                         .caller_returns = false,
                         .cost = "a switch to another stack and back, and one for each wait",
                         .late = "a wake-up, and the time that other fibers compute"}) {}

void FiberStrategy::run(Call& call, Deadline deadline) {
    {
        const PatienceScope scope(deadline);
        if (patience().parking) {
            call.run();
        } else {
            Alone(call, patience()).run();
        }
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
