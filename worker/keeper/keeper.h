#pragma once

#include "handlers/base/deadline.h"
#include "worker/keeper/disposition.h"
#include "worker/shared/arena.h"
#include "worker/shared/handover.h"
#include "worker/shared/scoreboard.h"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

namespace curfew::worker {

/// What a worker gives its keeper.
struct KeeperSetup {
    WorkerBoard board;
    const Arena& arena;
    int adoption;                    ///< the socket over which it hands connections over
    std::span<const int> listeners;  ///< the worker's listening sockets
    std::function<void()> title;     ///< called in the keeper, first
};

/// Responds to the clients of a worker that is stuck or dead, or hands their connections over to
/// another worker. It is a holder of descriptors: its process shares those of the worker, and
/// outlives it. The process is made by a bare clone(), so every call in here is async-signal-safe
/// and allocates nothing.
class Keeper {
  public:
    explicit Keeper(const KeeperSetup& setup) noexcept;

    /// While the worker lives: responds to each request that the master has claimed, once, and
    /// hands over the connections that a frozen worker no longer reads.
    void answer_claimed() noexcept;

    /// Once the worker is dead: finishes each of its connections, and closes all other descriptors.
    void settle() noexcept;

  private:
    [[nodiscard]] ClientState client_state(std::size_t cell) const noexcept;
    void answer(std::size_t cell, const ConnectionRecord& record, int status) noexcept;
    void hand_over_answered(std::size_t cell) noexcept;
    void reset(std::size_t cell, const ConnectionRecord& record) noexcept;
    void hand_over(std::size_t cell, const ConnectionRecord& record,
                   Disposition::Kind kind) noexcept;
    void pass_on(std::size_t cell, const ConnectionRecord& record, Disposition::Kind kind,
                 const Handover& handover) noexcept;
    void forget_pending_adoption() noexcept;
    void pass_on_pending_adoption() noexcept;
    void turn_away(std::size_t cell, const ConnectionRecord& record,
                   Disposition::Kind kind) noexcept;
    [[nodiscard]] bool may_run_again(std::size_t cell) const noexcept;
    [[nodiscard]] bool is_claimed(std::size_t cell) const noexcept;
    [[nodiscard]] Label label_of(std::size_t cell) const noexcept;
    void set_outcome(std::size_t cell, Outcome outcome) noexcept;
    [[nodiscard]] std::string_view head(const ConnectionRecord& record) const noexcept;

    void close_others() noexcept;
    [[nodiscard]] bool is_new_client(int fd) const noexcept;
    void hand_over_new_clients() noexcept;

    WorkerBoard board_;
    const Arena& arena_;
    int adoption_;
    Deadline give_up_ = Deadline::never();

    /// The addresses of the listening sockets.
    static constexpr std::size_t most_addresses = 32;
    std::array<sockaddr_storage, most_addresses> addresses_;
    std::size_t addresses_used_ = 0;

    /// Connections that the worker had accepted, and had not entered into a record before it died.
    static constexpr std::size_t most_new_clients = 64;
    std::array<int, most_new_clients> new_clients_;
    std::size_t new_clients_used_ = 0;
};

}  // namespace curfew::worker
