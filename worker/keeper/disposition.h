#pragma once

#include "worker/os/socket_counts.h"
#include "worker/shared/connection_record.h"
#include "worker/shared/scoreboard.h"

#include <optional>

namespace curfew::worker {

/// What is to be done for a connection whose worker cannot go on with it.
struct Disposition {
    enum class Kind {
        nothing,   ///< there is no connection, or it is still the worker's
        answer,    ///< with `status`, since the request will have no other response
        reset,     ///< some of the response has left, and not all
        begin,     ///< what was received goes to another worker, which begins with it
        again,     ///< the request goes to another worker, to be run once more
        answered,  ///< the response has left: the connection goes to another worker
        linger,    ///< so it does, to be closed by its client
    };
    Kind kind = Kind::nothing;
    int status = 0;

    friend bool operator==(const Disposition&, const Disposition&) = default;
};

/// All that a disposition rests on.
struct ClientState {
    ConnectionRecord record;
    Phase phase = Phase::idle;
    Outcome outcome = Outcome::none;  ///< how the keeper has answered before, if it has
    Ending ending = Ending::none;
    bool frozen = false;  ///< the worker lives, and has nothing to do any more with what it reads
    std::optional<SocketCounts> counts;  ///< of the record's socket
    bool emptied = false;                ///< without counts: nothing is left to be read from it
    bool may_retry = false;              ///< the server allows it, and so does the method
    bool in_time = true;                 ///< it has as much time left as it has had
};

/// A pure function: never two responses, never a byte into one that has begun, and none lost.
[[nodiscard]] Disposition decide(const ClientState& client_state) noexcept;

/// RFC 9110 section 9.2.2.
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

}  // namespace curfew::worker
