#pragma once

#include "worker/shared/arena.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace curfew::worker {

/// How far a connection is, and what must be known of it by whoever goes on with it when its worker
/// cannot.
struct ConnectionRecord {
    enum class Stage : std::uint8_t {
        closed,
        reading,     ///< waits for a request, or for more of one
        handling,    ///< has a whole request; nothing of its response has been sent
        responding,  ///< some of the response may have been sent
        lingering,   ///< all is said: the client is to close
        given,       ///< another worker has it; the descriptor is still open here
    };

    /// The length of a response that nobody knows.
    static constexpr std::uint64_t unknown = UINT64_MAX;

    Stage stage = Stage::closed;
    bool keep_alive = false;  ///< the connection outlives this request
    bool continued = false;   ///< the client has had its `100 Continue`
    bool retried = false;     ///< this is the request's second run
    bool taking = false;      ///< is in recv(), on a socket on which the kernel does not count
    std::int32_t fd = -1;
    std::uint16_t status = 0;    ///< of the response
    Extent head = {};            ///< of a request whose body came later
    Extent input = {};           ///< what else was received and not answered
    std::uint64_t room = 0;      ///< behind it, for what is being received
    std::uint64_t received = 0;  ///< all that was ever taken from the socket
    std::uint64_t sent = 0;      ///< all that was ever given to it, before this response
    std::uint64_t length = 0;    ///< of this response
    std::uint64_t body = 0;      ///< of its body
    std::int64_t deadline = 0;   ///< of a second run: CLOCK_MONOTONIC, ns
    std::int64_t arrived = 0;    ///< when the request was whole: CLOCK_MONOTONIC, ns
};

/// A ConnectionRecord in shared memory: replaced as a whole by its one writer, at any instruction
/// of which the process may be killed.
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
            // Not before the copy was made, as a plain load may be: a writer that lives overwrites
            // it with the version after the next.
            if (version_.fetch_add(0, std::memory_order_acq_rel) == version) return record;
        }
    }

  private:
    mutable std::atomic<std::uint32_t> version_{0};
    std::array<ConnectionRecord, 2> copies_;
};

}  // namespace curfew::worker
