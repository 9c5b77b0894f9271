#include "worker/keeper/disposition.h"

namespace curfew::worker {

namespace {

using Kind = Disposition::Kind;
using Stage = ConnectionRecord::Stage;

/// How many bytes of the current response have been given to the socket; `unknown` without counts.
std::uint64_t sent(const ClientState& client_state) noexcept {
    const auto& record = client_state.record;
    if (record.stage == Stage::handling) return 0;
    if (!client_state.counts) return ConnectionRecord::unknown;
    return client_state.counts->sent - record.sent;
}

/// True if it is not known what the client has sent.
bool is_lost(const ClientState& client_state) noexcept {
    const auto& record = client_state.record;
    if (!client_state.counts) return record.taking && client_state.emptied;
    // The worker cannot have received more than it had room for, so the counter includes something
    // else, such as urgent data.
    return client_state.counts->received - record.received > record.room;
}

Disposition without_response(const ClientState& client_state) noexcept {
    if (client_state.phase == Phase::claimed) return {Kind::answer, 504};
    // No handler has seen the request.
    if (client_state.phase == Phase::idle && !is_lost(client_state)) return {Kind::begin};
    if (client_state.may_retry && !client_state.record.retried && client_state.in_time)
        return {Kind::again};
    return {Kind::answer, client_state.ending == Ending::died ? 502 : 503};
}

}  // namespace

Disposition decide(const ClientState& client_state) noexcept {
    const auto& record = client_state.record;
    const bool claimed = client_state.phase == Phase::claimed;
    if (record.stage == Stage::closed || record.stage == Stage::given) return {};
    // While the worker lives, only claimed requests are the keeper's, and connections that a frozen
    // worker no longer reads.
    const bool given_up = client_state.frozen && record.stage == Stage::reading;
    if (client_state.ending == Ending::none && !claimed) {
        return given_up && !is_lost(client_state) ? Disposition{Kind::begin} : Disposition{};
    }
    // The client has got a part of a response, and will not get the rest.
    const bool broken =
        client_state.outcome == Outcome::reset || client_state.outcome == Outcome::lost;
    if (broken)
        return client_state.ending == Ending::none ? Disposition{} : Disposition{Kind::reset};
    if (client_state.outcome != Outcome::none) return {Kind::answered};

    if (record.stage == Stage::lingering) return {Kind::linger};
    if (record.stage == Stage::reading) {
        return is_lost(client_state) ? Disposition{Kind::answer, 502} : Disposition{Kind::begin};
    }
    const auto done = sent(client_state);
    if (done == 0) return without_response(client_state);
    const bool whole = record.length != ConnectionRecord::unknown && done == record.length;
    return whole ? Disposition{Kind::answered} : Disposition{Kind::reset};
}

bool is_idempotent(std::string_view method) noexcept {
    for (const std::string_view idempotent : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
        if (method == idempotent) return true;
    }
    return false;
}

}  // namespace curfew::worker
