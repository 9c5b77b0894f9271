#include "fiber_strategy.h"

#include "../../context/call_context.h"
#include "../../context/kernel_wait.h"
#include "../fibers/fiber.h"
#include "overrun.h"

#include <poll.h>

namespace curfew {

namespace {

/// A fiber on a thread without an event loop for fibers: the thread blocks while the fiber waits.
class Alone final : public Parking {
  public:
    Alone(Call& call, const CallContext& context)
        : fiber_(FiberStacks::of_this_thread(), parked_here(context), [&call] {
              const ContextScope own(call_context());
              call.run();
          }) {}

    void run() {
        fiber_.resume();
        while (!fiber_.ended()) {
            kernel_wait(fds_, count_, deadline_);
            fiber_.resume();
        }
    }

    void wait(const pollfd* fds, unsigned long count, Deadline deadline) override {
        fds_ = const_cast<pollfd*>(fds);  // the fiber polls again itself
        count_ = count;
        deadline_ = deadline;
        fiber_.pause();
    }

  private:
    CallContext parked_here(CallContext context) noexcept {
        context.parking = this;
        return context;
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
                         .lock = true,
                         .signals_blocked = true,
                         .caller_returns = false,
                         .cost = "a switch to another stack and back, and one for each wait",
                         .late = "a wake-up, and the time that other fibers compute"}) {}

void FiberStrategy::run(Call& call, Deadline deadline) {
    {
        const ContextScope scope(deadline);
        if (call_context().parking) {
            call.run();
        } else {
            Alone(call, call_context()).run();
        }
    }
    check_overrun(name(), deadline);
}

}  // namespace curfew
