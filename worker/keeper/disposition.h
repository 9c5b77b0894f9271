#pragma once

#include "worker/os/socket_counts.h"
#include "worker/shared/connection_record.h"
#include "worker/shared/scoreboard.h"

#include <optional>

namespace curfew::worker {

/// What the keeper does for a connection whose worker cannot go on with it.
struct Disposition {
    enum class Kind {
        nothing,   ///< there is no connection, or the worker still has it
        answer,    ///< respond with `status`
        reset,     ///< reset it: a part of the response has been sent
        begin,     ///< hand it over: another worker begins with what was received
        again,     ///< hand it over: another worker runs the request once more
        answered,  ///< hand it over: the response has been sent
        linger,    ///< hand it over: the client is to close it
    };
    Kind kind = Kind::nothing;
    int status = 0;

    friend bool operator==(const Disposition&, const Disposition&) = default;
};

/// All that a disposition depends on.
struct ClientState {
    ConnectionRecord record;
    Phase phase = Phase::idle;
    Outcome outcome = Outcome::none;  ///< what the keeper has done before, if anything
    Ending ending = Ending::none;
    bool frozen = false;                 ///< the worker lives, and begins no more requests
    std::optional<SocketCounts> counts;  ///< of the connection's socket; nothing: it has none
    bool emptied = false;    ///< without counts: nothing is left to read from the socket
    bool may_retry = false;  ///< the server allows a second run, and so does the method
    bool in_time = true;     ///< the request has as much time left as it has used
};

/// A pure function. A client never gets two responses, nor a byte of the keeper's inside of a
/// response, and no request is lost.
[[nodiscard]] Disposition decide(const ClientState& client_state) noexcept;

/// RFC 9110 section 9.2.2.
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

}  // namespace curfew::worker
