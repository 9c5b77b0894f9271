#include "worker/verdict.h"

#include <doctest/doctest.h>

#include <vector>

using namespace curfew::worker;

namespace {

using Kind = Verdict::Kind;
using Stage = Ledger::Stage;

constexpr Phase all_phases[] = {Phase::idle, Phase::running, Phase::responding, Phase::claimed};
constexpr Stage all_stages[] = {Stage::closed, Stage::reading, Stage::handling, Stage::responding,
                                Stage::lingering};
constexpr Ending ends[] = {Ending::killed, Ending::died};
constexpr Outcome good_outcomes[] = {Outcome::answered_502, Outcome::answered_503,
                                     Outcome::answered_504, Outcome::retried,
                                     Outcome::handed_over,  Outcome::completed};
constexpr Outcome broken[] = {Outcome::reset, Outcome::lost};

constexpr std::uint64_t sent_before = 1000;
constexpr std::uint64_t length = 200;

/// A connection that has sent so much of its response, as the kernel counts; nothing: it does not.
Evidence evidence(Stage stage, Phase phase, Ending ending, std::optional<std::uint64_t> sent = {}) {
    Evidence evidence;
    evidence.ledger = {.stage = stage, .fd = 5, .room = 60, .sent = sent_before, .length = length};
    evidence.phase = phase;
    evidence.ending = ending;
    if (sent) evidence.counts = SocketCounts{.received = 50, .sent = sent_before + *sent};
    return evidence;
}

/// The same, where the kernel counts and where it does not.
std::vector<Evidence> counted_or_not(Stage stage, Phase phase, Ending ending) {
    return {evidence(stage, phase, ending), evidence(stage, phase, ending, 0)};
}

/// All ways to be dead in the middle of a request of which nothing was sent.
std::vector<Evidence> without_response(Phase phase, Ending ending) {
    auto all = counted_or_not(Stage::handling, phase, ending);
    all.push_back(evidence(Stage::responding, phase, ending, 0));
    return all;
}

}  // namespace

TEST_CASE("where there is no connection there is nothing to do") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : {Ending::none, Ending::killed, Ending::died}) {
            for (const auto& dead : counted_or_not(Stage::closed, phase, ending)) {
                CHECK(judge(dead) == Verdict{});
            }
        }
    }
}

TEST_CASE("of a living worker only what the master has claimed is the keeper's") {
    for (const Stage stage : all_stages) {
        for (const Phase phase : {Phase::idle, Phase::running, Phase::responding}) {
            for (const auto& alive : counted_or_not(stage, phase, Ending::none)) {
                CHECK(judge(alive) == Verdict{});
            }
        }
    }
    for (const auto& claimed : without_response(Phase::claimed, Ending::none)) {
        CHECK(judge(claimed) == Verdict{Kind::answer, 504});
    }
}

TEST_CASE("what was claimed is answered 504 also when the worker has died meanwhile") {
    for (const Ending ending : ends) {
        for (auto& claimed : without_response(Phase::claimed, ending)) {
            claimed.may_retry = true;
            CHECK(judge(claimed) == Verdict{Kind::answer, 504});
        }
    }
}

TEST_CASE("what no handler has seen is begun by another worker") {
    for (const Ending ending : ends) {
        for (const auto& waiting : counted_or_not(Stage::handling, Phase::idle, ending)) {
            CHECK(judge(waiting) == Verdict{Kind::begin});
        }
        for (const Phase phase : {Phase::idle, Phase::running, Phase::responding}) {
            for (const auto& reading : counted_or_not(Stage::reading, phase, ending)) {
                CHECK(judge(reading) == Verdict{Kind::begin});
            }
        }
    }
}

TEST_CASE("where more was counted than there was room for, nobody knows what the client has sent") {
    for (const Stage stage : {Stage::reading, Stage::handling}) {
        auto astray = evidence(stage, Phase::idle, Ending::died, 0);
        astray.counts->received = 61;
        CHECK(judge(astray) == Verdict{Kind::answer, 502});
        astray.counts->received = UINT64_MAX;
        CHECK(judge(astray) == Verdict{Kind::answer, 502});
        astray.counts->received = 60;
        CHECK(judge(astray) == Verdict{Kind::begin});
    }
}

TEST_CASE("a response without a handler, of which nothing has left, is made anew") {
    CHECK(judge(evidence(Stage::responding, Phase::idle, Ending::died, 0)) == Verdict{Kind::begin});
}

TEST_CASE("what was running is answered 502 after a crash, 503 if it had no part in the kill") {
    for (const Phase phase : {Phase::running, Phase::responding}) {
        for (const auto& crashed : without_response(phase, Ending::died)) {
            CHECK(judge(crashed) == Verdict{Kind::answer, 502});
        }
        for (const auto& killed : without_response(phase, Ending::killed)) {
            CHECK(judge(killed) == Verdict{Kind::answer, 503});
        }
    }
}

TEST_CASE("what was running is run again if it may, once, and while it has time") {
    for (const Ending ending : ends) {
        for (auto& running : without_response(Phase::running, ending)) {
            running.may_retry = true;
            CHECK(judge(running) == Verdict{Kind::again});

            auto late = running;
            late.in_time = false;
            CHECK(judge(late).kind == Kind::answer);

            auto second = running;
            second.ledger.retried = true;
            CHECK(judge(second).kind == Kind::answer);
        }
    }
}

TEST_CASE("a response that has left is not followed by another, nor is a part of one") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : ends) {
            CHECK(judge(evidence(Stage::responding, phase, ending, length)) ==
                  Verdict{Kind::answered});
            for (const std::uint64_t part : {std::uint64_t{1}, length - 1, length + 1}) {
                CHECK(judge(evidence(Stage::responding, phase, ending, part)) ==
                      Verdict{Kind::reset});
            }
            auto stream = evidence(Stage::responding, phase, ending, length);
            stream.ledger.length = Ledger::unknown;
            CHECK(judge(stream) == Verdict{Kind::reset});
        }
    }
}

TEST_CASE("where the kernel does not count, a response that may have begun is not trusted") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : ends) {
            auto unknown = evidence(Stage::responding, phase, ending);
            CHECK(judge(unknown) == Verdict{Kind::reset});
            unknown.ledger.length = Ledger::unknown;
            CHECK(judge(unknown) == Verdict{Kind::reset});
        }
    }
}

TEST_CASE("a stream whose next piece is stuck is reset, unless it has not even begun") {
    CHECK(judge(evidence(Stage::responding, Phase::claimed, Ending::none, 10)) ==
          Verdict{Kind::reset});
    CHECK(judge(evidence(Stage::responding, Phase::claimed, Ending::none, 0)) ==
          Verdict{Kind::answer, 504});
}

TEST_CASE("a connection that only waits for its client's end goes on waiting") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : ends) {
            for (const auto& lingering : counted_or_not(Stage::lingering, phase, ending)) {
                CHECK(judge(lingering) == Verdict{Kind::linger});
            }
        }
    }
}

TEST_CASE("what the keeper has answered is answered") {
    for (const Outcome outcome : good_outcomes) {
        for (const Stage stage :
             {Stage::reading, Stage::handling, Stage::responding, Stage::lingering}) {
            for (const Phase phase : all_phases) {
                for (const Ending ending : ends) {
                    auto before = evidence(stage, phase, ending, 120);
                    before.outcome = outcome;
                    before.may_retry = true;
                    CHECK(judge(before) == Verdict{Kind::answered});
                }
            }
            auto alive = evidence(stage, Phase::claimed, Ending::none, 120);
            alive.outcome = outcome;
            CHECK(judge(alive) == Verdict{Kind::answered});
        }
    }
}

TEST_CASE("a client that has got a part is reset with its worker's end, and never goes on") {
    for (const Outcome outcome : broken) {
        for (const Stage stage : {Stage::handling, Stage::responding}) {
            for (const Ending ending : ends) {
                auto dead = evidence(stage, Phase::claimed, ending, 120);
                dead.outcome = outcome;
                CHECK(judge(dead) == Verdict{Kind::reset});
            }
            auto alive = evidence(stage, Phase::claimed, Ending::none, 120);
            alive.outcome = outcome;
            CHECK(judge(alive) == Verdict{});
        }
    }
}

TEST_CASE("the methods that may be repeated are those of the standard, letter by letter") {
    for (const auto* const method : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
        CHECK(is_idempotent(method));
    }
    for (const auto* const method : {"POST", "PATCH", "CONNECT", "get", "GETS", "GE", ""}) {
        CHECK_FALSE(is_idempotent(method));
    }
}
