#pragma once

#include "handlers/deadline.h"
#include "worker/handover.h"
#include "worker/keeper.h"
#include "worker/verdict.h"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace curfew::worker {

/// What a keeper does for its worker's clients. Runs in a process that was made by a bare clone():
/// every call in here is async-signal-safe, and takes no memory.
class Caretaker {
  public:
    explicit Caretaker(const KeeperSetup& setup) noexcept;

    /// Answers the requests that the master has claimed, once, and gives away the connections that
    /// a frozen worker does not touch any more.
    void answer_claimed() noexcept;

    /// The worker is dead: sees to each of its connections, and closes all else.
    void settle() noexcept;

  private:
    [[nodiscard]] Evidence evidence(std::size_t cell) const noexcept;
    void answer(std::size_t cell, const Ledger& ledger, int status) noexcept;
    void hand_over_answered(std::size_t cell) noexcept;
    void reset(std::size_t cell, const Ledger& ledger) noexcept;
    void hand_over(std::size_t cell, const Ledger& ledger, Verdict::Kind kind) noexcept;
    void pass_on(std::size_t cell, const Ledger& ledger, Verdict::Kind kind,
                 const Handover& handover) noexcept;
    void forget_landed() noexcept;
    void pass_on_landed() noexcept;
    void turn_away(std::size_t cell, const Ledger& ledger, Verdict::Kind kind) noexcept;
    [[nodiscard]] bool may_run_again(std::size_t cell) const noexcept;
    [[nodiscard]] bool is_claimed(std::size_t cell) const noexcept;
    [[nodiscard]] Label label_of(std::size_t cell) const noexcept;
    void set_outcome(std::size_t cell, Outcome outcome) noexcept;
    [[nodiscard]] std::string_view head(const Ledger& ledger) const noexcept;

    void close_others() noexcept;
    [[nodiscard]] bool is_new_client(int fd) const noexcept;
    void hand_over_new_clients() noexcept;

    WorkerBoard board_;
    const Arena& arena_;
    int adoption_;
    Deadline patience_ = Deadline::never();

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
