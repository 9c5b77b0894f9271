#pragma once

#include "worker/shared/arena.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace curfew::worker {

/// How far a connection is, and what its keeper and the next worker must know of it when its worker
/// cannot go on.
struct ConnectionRecord {
    enum class Stage : std::uint8_t {
        closed,
        reading,     ///< waits for a request, or for the rest of one
        handling,    ///< has a whole request; nothing of its response has been sent
        responding,  ///< some of the response may have been sent
        lingering,   ///< the last response is sent: the client is to close
        given,       ///< another worker has it; the descriptor is still open here
    };

    /// The length of a response whose length is not known in advance.
    static constexpr std::uint64_t unknown = UINT64_MAX;

    Stage stage = Stage::closed;
    bool keep_alive = false;  ///< the connection outlives this request
    bool continued = false;   ///< the client has had its `100 Continue`
    bool retried = false;     ///< this is the request's second run
    bool taking = false;      ///< is in recv(), on a socket without counters in the kernel
    std::int32_t fd = -1;
    std::uint16_t status = 0;    ///< of the response
    Extent head = {};            ///< the head of a request whose body came later
    Extent input = {};           ///< the other bytes that were received, and have no response yet
    std::uint64_t room = 0;      ///< free bytes behind `input`, for what is being received
    std::uint64_t received = 0;  ///< bytes taken from the socket since it was opened
    std::uint64_t sent = 0;      ///< bytes sent before this response
    std::uint64_t length = 0;    ///< of this response, in bytes
    std::uint64_t body = 0;      ///< of its body, in bytes
    std::int64_t deadline = 0;   ///< of a second run: CLOCK_MONOTONIC, ns
    std::int64_t arrived = 0;    ///< when the request was complete: CLOCK_MONOTONIC, ns
};

/// A ConnectionRecord in shared memory. Its one writer replaces it as a whole, and may be killed at
/// any instruction.
class ConnectionRecordCell {
  public:
    void store(const ConnectionRecord& record) noexcept {
        const auto next = version_.load(std::memory_order_relaxed) + 1;
        copies_[next & 1U] = record;
        version_.store(next, std::memory_order_release);
    }

    [[nodiscard]] ConnectionRecord load() const noexcept {
        while (true) {
            const auto version = version_.load(std::memory_order_acquire);
            const ConnectionRecord record = copies_[version & 1U];
            // A read-modify-write, because a plain load could be reordered before the copy. A
            // writer that lives overwrites this copy with the version after the next.
            if (version_.fetch_add(0, std::memory_order_acq_rel) == version) return record;
        }
    }

  private:
    mutable std::atomic<std::uint32_t> version_{0};
    std::array<ConnectionRecord, 2> copies_;
};

}  // namespace curfew::worker
