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

/// What a keeper is given of its worker.
struct KeeperSetup {
    WorkerBoard board;
    const Arena& arena;
    int adoption;                    ///< where it gives connections away: see Handover
    std::span<const int> listeners;  ///< the worker's listening sockets
    std::function<void()> title;     ///< called in the keeper, first
};

/// What a keeper does for its worker's clients. Runs in a process that was made by a bare clone():
/// every call in here is async-signal-safe, and takes no memory.
class Keeper {
  public:
    explicit Keeper(const KeeperSetup& setup) noexcept;

    /// Answers the requests that the master has claimed, once, and gives away the connections that
    /// a frozen worker does not touch any more.
    void answer_claimed() noexcept;

    /// The worker is dead: sees to each of its connections, and closes all else.
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
    void forget_landed() noexcept;
    void pass_on_landed() noexcept;
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

    /// The addresses that clients connect to.
    static constexpr std::size_t most_addresses = 32;
    std::array<sockaddr_storage, most_addresses> addresses_;
    std::size_t addresses_used_ = 0;

    /// Accepted by a worker that died before it could enter them anywhere.
    static constexpr std::size_t most_new_clients = 64;
    std::array<int, most_new_clients> new_clients_;
    std::size_t new_clients_used_ = 0;
};

}  // namespace curfew::worker
