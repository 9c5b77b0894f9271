#pragma once

#include "worker/connection.h"
#include "worker/handover.h"

#include <memory>
#include <string>
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

    /// Takes a new client's socket. Must not be full().
    void add(UniqueFd socket, std::string peer);

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
    Connection& make(UniqueFd socket, std::string peer);

    Context& context_;
    std::vector<std::unique_ptr<Connection>> by_cell_;
    std::vector<std::uint32_t> free_;  ///< a min-heap
};

}  // namespace curfew::worker
