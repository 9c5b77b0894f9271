#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/shared/scoreboard.h"

#include <cstdint>
#include <initializer_list>

namespace curfew::worker {

/// What a worker can be told to do. The master sets an order on the worker's line and wakes its
/// loop by an eventfd, so that orders arrive whatever a handler has done to signals.
enum class Order : std::uint32_t {
    finish = 1U << 0U,  ///< stop, and serve what waits in the accept queues: no worker stays behind
    leave = 1U << 1U,   ///< stop; other workers serve the accept queues
    freeze = 1U << 2U,  ///< begin nothing more: the worker is killed when what runs has ended
    reopen = 1U << 3U,  ///< reopen the log files
};

/// Async-signal-safe, from any process. `fd`: the eventfd.
void give_order(WorkerLine& line, int fd, Order order) noexcept;

/// For the worker: calls `heed` with each order that was given since the last call.
template <typename Heed>
void take_orders(WorkerLine& line, int fd, const Heed& heed) {
    std::uint64_t ignored = 0;
    (void)!::read(fd, &ignored, sizeof ignored);
    const auto given = line.orders.exchange(0);
    for (const auto order : {Order::reopen, Order::freeze, Order::finish, Order::leave}) {
        if ((given & static_cast<std::uint32_t>(order)) != 0) heed(order);
    }
}

/// Lets operators give orders to a worker by signals, too: SIGTERM to finish, SIGTTOU to leave,
/// SIGUSR1 to reopen. Signals that a terminal sends to all processes of a server have no effect,
/// because the master obeys them. Nor has SIGPIPE, because the write fails with an error. They have
/// empty handlers and are not ignored, because a program that a handler executes would ignore them
/// as well. In copies of this process (handlers/context/copies.h) the signals that are orders have
/// their default effect.
void take_orders_by_signals(WorkerLine& line, int fd);

}  // namespace curfew::worker
