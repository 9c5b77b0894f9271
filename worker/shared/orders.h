#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/shared/scoreboard.h"

#include <cstdint>
#include <initializer_list>

namespace curfew::worker {

/// What a worker can be told to do. Its master sets them on the worker's line and wakes its loop by
/// an eventfd, so that the worker hears them whatever a handler has done to signals.
enum class Order : std::uint32_t {
    finish = 1U << 0U,  ///< nobody stays behind: take what waits in the accept queues with it
    leave = 1U << 1U,   ///< others go on serving those
    freeze = 1U << 2U,  ///< it will be killed when what runs has ended
    reopen = 1U << 3U,  ///< the log files
};

/// Async-signal-safe, from any process. `fd`: the eventfd.
void give_order(WorkerLine& line, int fd, Order order) noexcept;

/// For the worker: calls `heed` with each that has been given since the last time.
template <typename Heed>
void take_orders(WorkerLine& line, int fd, const Heed& heed) {
    std::uint64_t ignored = 0;
    (void)!::read(fd, &ignored, sizeof ignored);
    const auto given = line.orders.exchange(0);
    for (const auto order : {Order::reopen, Order::freeze, Order::finish, Order::leave}) {
        if ((given & static_cast<std::uint32_t>(order)) != 0) heed(order);
    }
}

/// Lets operators give a worker orders by signals, too: SIGTERM to finish, SIGTTOU to leave,
/// SIGUSR1 to reopen. Those that a terminal sends to all processes of a server are the master's
/// business, and a peer that goes is an error of the call that writes to it: nothing comes of them
/// here. None is ignored, as a program that a handler executes would ignore it as well. In copies
/// of this process (handlers/context/copies.h) those that are orders do what they do by default.
void take_orders_by_signals(WorkerLine& line, int fd);

}  // namespace curfew::worker
