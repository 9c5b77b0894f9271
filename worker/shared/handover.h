#pragma once

#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"
#include "worker/shared/arena.h"

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace curfew::worker {

/// A connection on its way from a dead worker to a living one.
struct Handover {
    enum class Kind : std::uint8_t {
        begin,     ///< what was received is to be begun with
        answered,  ///< the first request has been answered: it is for the log
        linger,    ///< all is said: the client is to close
    };

    Kind kind = Kind::begin;
    bool keep_alive = true;  ///< of an answered one
    bool continued = false;  ///< see ConnectionRecord
    bool retried = false;    ///< the request has been begun before
    std::uint16_t status = 0;
    std::uint64_t body = 0;     ///< bytes of the answer's body
    std::int64_t arrived = 0;   ///< when the request was whole: CLOCK_MONOTONIC, ns
    std::int64_t deadline = 0;  ///< of a retried request: CLOCK_MONOTONIC, ns
    Extent head = {};           ///< in the arena, as `input`, which comes behind it
    Extent input = {};
    std::array<char, 65> id = {};  ///< the request's, if it has one already; ends with a NUL

    [[nodiscard]] Deadline::Clock::time_point arrival() const noexcept {
        return Deadline::Clock::time_point(Duration(arrived));
    }
};

struct Adoptee;

/// Where a worker receives handovers, in shared memory: if it is killed while it adopts one, its
/// keeper gives that away once more. The kernel fills it in one step; from then on it holds until
/// clear(), which is to be called when the connection's record says all that is in here.
class PendingAdoption {
  public:
    struct Files {
        int client = -1;
        int arena = -1;  ///< that of the worker that died first
    };

    void clear() noexcept { open_.store(false); }
    /// What landed and was not cleared; the descriptors are those of the worker.
    [[nodiscard]] std::optional<Files> files() const noexcept;
    [[nodiscard]] const Handover& handover() const noexcept { return handover_; }

  private:
    friend std::optional<Adoptee> receive_handover(int adoption, PendingAdoption& pending_adoption);

    std::atomic<bool> open_{false};
    Handover handover_;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(Files))> rights_{};
};

/// Over which connections go from keepers to workers. All keepers have the one end and all workers
/// the other: whoever is free takes the next.
struct AdoptionSocket {
    /// Throws std::system_error.
    AdoptionSocket();

    UniqueFd give;
    UniqueFd take;
};

/// Gives the connection away: the receiver has a descriptor of its own then. Waits until `by` for
/// room. False if nobody can take it. Async-signal-safe.
[[nodiscard]] bool send_handover(int adoption, const Handover& handover, int client, int arena,
                                 Deadline by) noexcept;

/// A connection that was handed over, with what its client had sent.
struct Adoptee {
    Handover handover;
    UniqueFd client;
    std::string bytes;
    UniqueFd arena;  ///< where they were read; to be open as long as the PendingAdoption holds
};

/// Nothing if none waits, or if another was faster. Throws std::system_error, std::bad_alloc: then
/// that connection is lost.
[[nodiscard]] std::optional<Adoptee> receive_handover(int adoption,
                                                      PendingAdoption& pending_adoption);

}  // namespace curfew::worker
