#pragma once

#include "worker/clients/client_bound.h"
#include "worker/clients/connection.h"
#include "worker/clients/waiting_connections.h"
#include "worker/os/seldom.h"
#include "worker/shared/handover.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace curfew::worker {

/// Owns the connections of a worker. Each has a cell of the scoreboard, the lowest that is free, so
/// that the master has few to look at.
class Connections {
  public:
    explicit Connections(Context& context);
    ~Connections();

    [[nodiscard]] bool full() const noexcept { return free_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return by_cell_.size() - free_.size(); }

    /// Ends a connection to make room for a new one. First choice is the connection that has been
    /// idle for longest, which a server may close at any time (RFC 9112 section 9.3). Else it is
    /// the oldest of those that have not sent the complete head of a request, or that only wait for
    /// their clients to close. False if there is none.
    [[nodiscard]] bool make_room();

    [[nodiscard]] WaitingConnections& waiting() noexcept { return waiting_; }

    /// Takes a new client's socket; closes it if the client has too many connections already. Must
    /// not be full().
    void add(UniqueFd socket, Peer peer);

    /// Takes a client over from a worker that has died. Must not be full().
    void adopt(Adoptee adoptee);

    /// Destroys it.
    void remove(const Connection& connection) noexcept;

    /// Drains every connection; see Connection::drain.
    void drain();

    /// Freezes every connection; see Connection::freeze.
    void freeze();

    /// Called after each remove().
    std::function<void()> removed;

  private:
    Connection& make(UniqueFd socket, Peer peer);

    [[nodiscard]] static bool end_one(WaitingConnections::List& list);

    Context& context_;
    WaitingConnections waiting_;  // outlives its members
    ClientBound bound_;
    std::uint64_t made_room_ = 0;  ///< connections that were ended for others
    Seldom logged_{std::chrono::seconds(10)};
    std::vector<std::unique_ptr<Connection>> by_cell_;
    std::vector<std::uint32_t> free_;  ///< a min-heap
};

}  // namespace curfew::worker
