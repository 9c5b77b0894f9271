#include "worker/verdict.h"

namespace curfew::worker {

namespace {

using Kind = Verdict::Kind;
using Stage = Ledger::Stage;

/// How much of the current response has been given to the socket; at worst, some of it.
std::uint64_t sent(const Evidence& evidence) noexcept {
    const auto& ledger = evidence.ledger;
    if (ledger.stage == Stage::handling) return 0;
    if (!evidence.counts) return Ledger::unknown;
    return evidence.counts->sent - ledger.sent;
}

/// Nobody can tell what the client has sent.
bool is_lost(const Evidence& evidence) noexcept {
    const auto& ledger = evidence.ledger;
    if (!evidence.counts) return ledger.taking && evidence.emptied;
    // There was no room for more: the counts are of something else (such as urgent data).
    return evidence.counts->received - ledger.received > ledger.room;
}

Verdict without_response(const Evidence& evidence) noexcept {
    if (evidence.phase == Phase::claimed) return {Kind::answer, 504};
    // Nobody's handler has seen it.
    if (evidence.phase == Phase::idle && !is_lost(evidence)) return {Kind::begin};
    if (evidence.may_retry && !evidence.ledger.retried && evidence.in_time) return {Kind::again};
    return {Kind::answer, evidence.ending == Ending::died ? 502 : 503};
}

}  // namespace

Verdict judge(const Evidence& evidence) noexcept {
    const auto& ledger = evidence.ledger;
    const bool claimed = evidence.phase == Phase::claimed;
    if (ledger.stage == Stage::closed || ledger.stage == Stage::given) return {};
    // The worker lives: only what was taken from it is ours, and what it has given up.
    const bool given_up = evidence.frozen && ledger.stage == Stage::reading;
    if (evidence.ending == Ending::none && !claimed) {
        return given_up && !is_lost(evidence) ? Verdict{Kind::begin} : Verdict{};
    }
    // The client has got a part, of which there will be no rest.
    const bool broken = evidence.outcome == Outcome::reset || evidence.outcome == Outcome::lost;
    if (broken) return evidence.ending == Ending::none ? Verdict{} : Verdict{Kind::reset};
    if (evidence.outcome != Outcome::none) return {Kind::answered};

    if (ledger.stage == Stage::lingering) return {Kind::linger};
    if (ledger.stage == Stage::reading) {
        return is_lost(evidence) ? Verdict{Kind::answer, 502} : Verdict{Kind::begin};
    }
    const auto done = sent(evidence);
    if (done == 0) return without_response(evidence);
    const bool whole = ledger.length != Ledger::unknown && done == ledger.length;
    return whole ? Verdict{Kind::answered} : Verdict{Kind::reset};
}

bool is_idempotent(std::string_view method) noexcept {
    for (const std::string_view idempotent : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
        if (method == idempotent) return true;
    }
    return false;
}

}  // namespace curfew::worker
