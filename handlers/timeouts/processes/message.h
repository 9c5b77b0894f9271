#pragma once

#include "../payload.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

struct pollfd;

namespace curfew {

/// A message between two processes, over a socket of type SOCK_SEQPACKET, in as many packets as its
/// size needs. The two processes agree on the meaning of tag and number.
struct Message {
    std::uint64_t tag = 0;
    std::int64_t number = 0;
    Payload payload = {};
};

/// False if the other end is closed. Waits for as long as the context allows, and throws
/// TimeoutError once the context has expired.
[[nodiscard]] bool send(int socket, const Message& message);

/// Receives one message, packet by packet.
class Incoming {
  public:
    enum class State {
        nothing,  ///< no packet was there
        partial,  ///< more packets are to come
        whole,
        gone,  ///< the other end is closed, or the packet is malformed
    };

    /// Takes one packet. `flags`: those of recvmsg(2); with MSG_DONTWAIT it does not wait for one.
    /// Throws std::system_error, also if this process has no descriptors left for the open files in
    /// the packet.
    [[nodiscard]] State receive(int socket, int flags);

    /// The message, once it is whole.
    [[nodiscard]] Message take() noexcept { return std::move(message_); }

  private:
    [[nodiscard]] State receive_first(int socket, int flags);
    [[nodiscard]] State receive_more(int socket, int flags);

    Message message_;
    bool begun_ = false;
    std::size_t received_ = 0;  ///< of the payload's bytes
};

/// The next message; nothing if the other end is closed. Waits as send() does.
[[nodiscard]] std::optional<Message> receive(int socket);

/// Waits until one of the descriptors is ready, as poll(2). Throws TimeoutError once the context
/// has expired.
void wait_for(std::span<pollfd> wanted);
void wait_for(int fd, short events);

/// A pair of connected sockets for messages, close-on-exec.
struct MessagePair {
    MessagePair();
    UniqueFd ours;
    UniqueFd theirs;
};

}  // namespace curfew
