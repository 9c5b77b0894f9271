#include "worker/keeper/disposition.h"

#include <doctest/doctest.h>

#include <vector>

using namespace curfew::worker;

namespace {

using Kind = Disposition::Kind;
using Stage = ConnectionRecord::Stage;

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
ClientState client_state(Stage stage, Phase phase, Ending ending,
                         std::optional<std::uint64_t> sent = {}) {
    ClientState client_state;
    client_state.record = {
        .stage = stage, .fd = 5, .room = 60, .sent = sent_before, .length = length};
    client_state.phase = phase;
    client_state.ending = ending;
    if (sent) client_state.counts = SocketCounts{.received = 50, .sent = sent_before + *sent};
    return client_state;
}

/// The same, where the kernel counts and where it does not.
std::vector<ClientState> counted_or_not(Stage stage, Phase phase, Ending ending) {
    return {client_state(stage, phase, ending), client_state(stage, phase, ending, 0)};
}

/// All ways to be dead in the middle of a request of which nothing was sent.
std::vector<ClientState> without_response(Phase phase, Ending ending) {
    auto all = counted_or_not(Stage::handling, phase, ending);
    all.push_back(client_state(Stage::responding, phase, ending, 0));
    return all;
}

}  // namespace

TEST_CASE("where there is no connection there is nothing to do") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : {Ending::none, Ending::killed, Ending::died}) {
            for (const auto& dead : counted_or_not(Stage::closed, phase, ending)) {
                CHECK(decide(dead) == Disposition{});
            }
        }
    }
}

TEST_CASE("of a living worker only what the master has claimed is the keeper's") {
    for (const Stage stage : all_stages) {
        for (const Phase phase : {Phase::idle, Phase::running, Phase::responding}) {
            for (const auto& alive : counted_or_not(stage, phase, Ending::none)) {
                CHECK(decide(alive) == Disposition{});
            }
        }
    }
    for (const auto& claimed : without_response(Phase::claimed, Ending::none)) {
        CHECK(decide(claimed) == Disposition{Kind::answer, 504});
    }
}

TEST_CASE("what was claimed is answered 504 also when the worker has died meanwhile") {
    for (const Ending ending : ends) {
        for (auto& claimed : without_response(Phase::claimed, ending)) {
            claimed.may_retry = true;
            CHECK(decide(claimed) == Disposition{Kind::answer, 504});
        }
    }
}

TEST_CASE("what no handler has seen is begun by another worker") {
    for (const Ending ending : ends) {
        for (const auto& waiting : counted_or_not(Stage::handling, Phase::idle, ending)) {
            CHECK(decide(waiting) == Disposition{Kind::begin});
        }
        for (const Phase phase : {Phase::idle, Phase::running, Phase::responding}) {
            for (const auto& reading : counted_or_not(Stage::reading, phase, ending)) {
                CHECK(decide(reading) == Disposition{Kind::begin});
            }
        }
    }
}

TEST_CASE("where more was counted than there was room for, nobody knows what the client has sent") {
    for (const Stage stage : {Stage::reading, Stage::handling}) {
        auto astray = client_state(stage, Phase::idle, Ending::died, 0);
        astray.counts->received = 61;
        CHECK(decide(astray) == Disposition{Kind::answer, 502});
        astray.counts->received = UINT64_MAX;
        CHECK(decide(astray) == Disposition{Kind::answer, 502});
        astray.counts->received = 60;
        CHECK(decide(astray) == Disposition{Kind::begin});
    }
}

TEST_CASE("a response without a handler, of which nothing has left, is made anew") {
    CHECK(decide(client_state(Stage::responding, Phase::idle, Ending::died, 0)) ==
          Disposition{Kind::begin});
}

TEST_CASE("what was running is answered 502 after a crash, 503 if it had no part in the kill") {
    for (const Phase phase : {Phase::running, Phase::responding}) {
        for (const auto& crashed : without_response(phase, Ending::died)) {
            CHECK(decide(crashed) == Disposition{Kind::answer, 502});
        }
        for (const auto& killed : without_response(phase, Ending::killed)) {
            CHECK(decide(killed) == Disposition{Kind::answer, 503});
        }
    }
}

TEST_CASE("what was running is run again if it may, once, and while it has time") {
    for (const Ending ending : ends) {
        for (auto& running : without_response(Phase::running, ending)) {
            running.may_retry = true;
            CHECK(decide(running) == Disposition{Kind::again});

            auto late = running;
            late.in_time = false;
            CHECK(decide(late).kind == Kind::answer);

            auto second = running;
            second.record.retried = true;
            CHECK(decide(second).kind == Kind::answer);
        }
    }
}

TEST_CASE("a response that has left is not followed by another, nor is a part of one") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : ends) {
            CHECK(decide(client_state(Stage::responding, phase, ending, length)) ==
                  Disposition{Kind::answered});
            for (const std::uint64_t part : {std::uint64_t{1}, length - 1, length + 1}) {
                CHECK(decide(client_state(Stage::responding, phase, ending, part)) ==
                      Disposition{Kind::reset});
            }
            auto stream = client_state(Stage::responding, phase, ending, length);
            stream.record.length = ConnectionRecord::unknown;
            CHECK(decide(stream) == Disposition{Kind::reset});
        }
    }
}

TEST_CASE("where the kernel does not count, a response that may have begun is not trusted") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : ends) {
            auto unknown = client_state(Stage::responding, phase, ending);
            CHECK(decide(unknown) == Disposition{Kind::reset});
            unknown.record.length = ConnectionRecord::unknown;
            CHECK(decide(unknown) == Disposition{Kind::reset});
        }
    }
}

TEST_CASE("a stream whose next piece is stuck is reset, unless it has not even begun") {
    CHECK(decide(client_state(Stage::responding, Phase::claimed, Ending::none, 10)) ==
          Disposition{Kind::reset});
    CHECK(decide(client_state(Stage::responding, Phase::claimed, Ending::none, 0)) ==
          Disposition{Kind::answer, 504});
}

TEST_CASE("a connection that only waits for its client's end goes on waiting") {
    for (const Phase phase : all_phases) {
        for (const Ending ending : ends) {
            for (const auto& lingering : counted_or_not(Stage::lingering, phase, ending)) {
                CHECK(decide(lingering) == Disposition{Kind::linger});
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
                    auto before = client_state(stage, phase, ending, 120);
                    before.outcome = outcome;
                    before.may_retry = true;
                    CHECK(decide(before) == Disposition{Kind::answered});
                }
            }
            auto alive = client_state(stage, Phase::claimed, Ending::none, 120);
            alive.outcome = outcome;
            CHECK(decide(alive) == Disposition{Kind::answered});
        }
    }
}

TEST_CASE("a client that has got a part is reset with its worker's end, and never goes on") {
    for (const Outcome outcome : broken) {
        for (const Stage stage : {Stage::handling, Stage::responding}) {
            for (const Ending ending : ends) {
                auto dead = client_state(stage, Phase::claimed, ending, 120);
                dead.outcome = outcome;
                CHECK(decide(dead) == Disposition{Kind::reset});
            }
            auto alive = client_state(stage, Phase::claimed, Ending::none, 120);
            alive.outcome = outcome;
            CHECK(decide(alive) == Disposition{});
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
