#pragma once

#include "handlers/base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace curfew::tests {

/// One end of a TCP connection. Every wait has a limit, and throws std::runtime_error beyond it.
class Peer {
  public:
    explicit Peer(UniqueFd socket) noexcept : socket_(std::move(socket)) {}
    /// To a port of 127.0.0.1. Throws std::system_error if it cannot connect.
    static Peer connect(std::uint16_t port);

    void send(std::string_view bytes);
    /// Sends until nothing more is taken for a while; how many bytes that were.
    [[nodiscard]] std::size_t fill();
    /// So many bytes; fewer only if the stream ends.
    [[nodiscard]] std::string read(std::size_t count);
    /// What comes next, at most so many bytes; empty at the end of the stream.
    [[nodiscard]] std::string read_some(std::size_t most = 65536);
    /// Everything up to the end of the stream.
    [[nodiscard]] std::string read_all();
    /// Whether there is something to read, be it the end, or is within the time.
    [[nodiscard]] bool hears_within(std::chrono::milliseconds time) const;
    /// The stream has ended by a reset, as the last read has found.
    [[nodiscard]] bool was_reset() const noexcept { return was_reset_; }

    void finish_sending();
    /// Ends the connection with a reset.
    void reset();

  private:
    UniqueFd socket_;
    bool was_reset_ = false;
};

/// A server's port on 127.0.0.1.
class Listener {
  public:
    /// 0: a free one. Throws std::system_error if it is taken.
    explicit Listener(std::uint16_t port = 0);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] Peer accept() const;
    [[nodiscard]] bool has_client_within(std::chrono::milliseconds time) const;

  private:
    UniqueFd socket_;
    std::uint16_t port_ = 0;
};

/// As long as a test waits to see that nothing happens.
inline constexpr std::chrono::milliseconds a_while(100);

}  // namespace curfew::tests
