#pragma once

#include "tools/impairment/connection.h"
#include "tools/impairment/port.h"

#include <cstdint>
#include <map>
#include <optional>

namespace curfew::impairment {

/// Takes clients and connects each to the server, over a network with these conditions.
class Proxy {
  public:
    /// Throws std::system_error if it cannot listen.
    Proxy(worker::Loop& loop, const Address& listen, const Address& to, const Network& network);

    [[nodiscard]] const Address& address() const noexcept { return port_.address(); }
    [[nodiscard]] const Network& network() const noexcept { return network_; }
    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

    /// From now on, also for the connections there are. Throws std::system_error if it cannot
    /// listen again.
    void change(const Network& network);

  private:
    void listen();
    void on_client();
    void remove(std::uint64_t id);

    worker::Loop& loop_;
    Address to_;
    Network network_;
    Port port_;
    std::optional<worker::ReadEvent> client_waits_;
    worker::Timer retry_;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, Connection> connections_;
};

}  // namespace curfew::impairment
