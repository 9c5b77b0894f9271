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
        begin,     ///< the request, or the part of it that was received, has not begun
        answered,  ///< the first request has had its response: the new worker only logs it
        linger,    ///< the last response is sent: the client is to close
    };

    Kind kind = Kind::begin;
    bool keep_alive = true;  ///< for `answered`: the connection stays open
    bool continued = false;  ///< see ConnectionRecord
    bool retried = false;    ///< this is the request's second run
    std::uint16_t status = 0;
    std::uint64_t body = 0;     ///< bytes of the body of that response
    std::int64_t arrived = 0;   ///< when the request was complete: CLOCK_MONOTONIC, ns
    std::int64_t deadline = 0;  ///< of a retried request: CLOCK_MONOTONIC, ns
    Extent head = {};           ///< in the arena; `input` is what follows it
    Extent input = {};
    std::array<char, 65> id = {};  ///< the request's id, if it has one already; ends with a NUL

    [[nodiscard]] Deadline::Clock::time_point arrival() const noexcept {
        return Deadline::Clock::time_point(Duration(arrived));
    }
};

struct Adoptee;

/// The handover that a worker is adopting, in shared memory: if the worker is killed meanwhile, its
/// keeper gives the connection away once more. The kernel fills it in one step. It holds until
/// clear(), which the worker calls when the connection's record says all that is in here.
class PendingAdoption {
  public:
    struct Files {
        int client = -1;
        int arena = -1;  ///< the arena of the worker that had the connection before
    };

    void clear() noexcept { open_.store(false); }
    /// The worker's descriptors of an adoption that is not complete; nothing if there is none.
    [[nodiscard]] std::optional<Files> files() const noexcept;
    [[nodiscard]] const Handover& handover() const noexcept { return handover_; }

  private:
    friend std::optional<Adoptee> receive_handover(int adoption, PendingAdoption& pending_adoption);

    std::atomic<bool> open_{false};
    Handover handover_;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(Files))> rights_{};
};

/// The socket pair over which connections go from keepers to workers. All keepers have one end and
/// all workers the other: a worker that is free takes the next connection.
struct AdoptionSocket {
    /// Throws std::system_error.
    AdoptionSocket();

    UniqueFd give;
    UniqueFd take;
};

/// Gives a connection away: the receiver gets a descriptor of its own. Waits until `by` for room in
/// the queue. False if no worker can take it. Async-signal-safe.
[[nodiscard]] bool send_handover(int adoption, const Handover& handover, int client, int arena,
                                 Deadline by) noexcept;

/// A connection that was handed over, with what its client had sent.
struct Adoptee {
    Handover handover;
    UniqueFd client;
    std::string bytes;
    UniqueFd arena;  ///< must stay open as long as the PendingAdoption holds
};

/// Takes a connection; nothing if none waits, or if another worker was faster. Throws
/// std::system_error or std::bad_alloc if the connection is lost.
[[nodiscard]] std::optional<Adoptee> receive_handover(int adoption,
                                                      PendingAdoption& pending_adoption);

}  // namespace curfew::worker
