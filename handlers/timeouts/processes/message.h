#pragma once

#include "../payload.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

struct pollfd;

namespace curfew {

/// What goes between two processes, over a socket of type SOCK_SEQPACKET; as many packets as its
/// size needs. What tag and number mean is the business of the two.
struct Message {
    std::uint64_t tag = 0;
    std::int64_t number = 0;
    Payload parcel = {};
};

/// False if there is nobody at the other end. Waits as the context says, and throws TimeoutError
/// once it has expired.
[[nodiscard]] bool send(int socket, const Message& message);

/// A message as it comes in, packet by packet. For one message.
class Incoming {
  public:
    enum class State {
        nothing,  ///< was there
        partial,  ///< more is to come
        whole,
        gone,  ///< there is nobody at the other end, or what came makes no sense
    };

    /// Takes one packet. `flags`: as recvmsg(2)'s; MSG_DONTWAIT: takes one if there is one.
    /// Throws std::system_error, also if this process has no room for the open files in it.
    [[nodiscard]] State receive(int socket, int flags);

    /// Once it is whole.
    [[nodiscard]] Message take() noexcept { return std::move(message_); }

  private:
    [[nodiscard]] State receive_first(int socket, int flags);
    [[nodiscard]] State receive_more(int socket, int flags);

    Message message_;
    bool begun_ = false;
    std::size_t received_ = 0;  ///< of the parcel's bytes
};

/// The next message; nothing if there is nobody at the other end. Waits as send() does.
[[nodiscard]] std::optional<Message> receive(int socket);

/// Waits until one is ready, as poll(2). Throws TimeoutError once the context has expired.
void wait_for(std::span<pollfd> wanted);
void wait_for(int fd, short events);

/// A pair of connected sockets for messages, close-on-exec.
struct MessagePair {
    MessagePair();
    UniqueFd ours;
    UniqueFd theirs;
};

}  // namespace curfew
