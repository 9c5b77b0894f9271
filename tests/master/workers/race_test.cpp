// The scoreboard's protocol under real threads; to be run under ThreadSanitizer too.

#include "master/workers/overdue.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::Label;
using worker::Scoreboard;
using worker::WorkerBoard;

namespace {

const Label label{.id = "id", .route = "/", .method = "GET", .target = "/"};

/// Every deadline of these tests has passed by then.
constexpr auto late = Deadline::Clock::time_point(1000h);

/// So often at least each side must have won, or there was no race.
constexpr int enough = 100;

/// Lets about the time of a race go by, a little longer each round.
void dawdle(int round) {
    // The fence keeps the compiler from dropping the loop.
    for (int i = 0; i < round % 64 * 4; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
}

/// A master that claims whatever it can until it is told to stop.
class Claimer {
  public:
    explicit Claimer(WorkerBoard board) : thread_([this, board] { claim_all(board); }) {}

    int stop() {
        stopping_ = true;
        thread_.join();
        return claims_;
    }

  private:
    void claim_all(const WorkerBoard& board) {
        while (!stopping_) {
            for (const auto& overdue : scan(board, late).overdue) {
                dawdle(claims_);
                if (claim(board, overdue)) ++claims_;
            }
        }
    }

    std::atomic<bool> stopping_{false};
    int claims_ = 0;
    std::thread thread_;
};

}  // namespace

TEST_CASE("of 100,000 requests that end at their limit each is answered by exactly one") {
    constexpr int rounds = 100'000;
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    Claimer master(board);

    int answered = 0;
    int lost = 0;
    for (int round = 0; round < rounds || std::min(answered, lost) < enough; ++round) {
        board.publish(0, label, {}, Deadline::at({}), 0);
        dawdle(round);
        if (board.begin_response(0)) {
            ++answered;
            board.finish(0);
        } else {
            ++lost;
        }
    }

    CHECK(master.stop() == lost);
}

TEST_CASE("of 100,000 requests that are extended at their limit none is claimed by the old one") {
    constexpr int rounds = 100'000;
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    Claimer master(board);

    int extended = 0;
    int lost = 0;
    int claimed_nonetheless = 0;
    for (int round = 0; round < rounds || std::min(extended, lost) < enough; ++round) {
        auto word = board.publish(0, label, {}, Deadline::at({}), 0);
        dawdle(round);
        if (!board.move_deadline(0, word, Deadline::never())) {
            ++lost;
            continue;
        }
        ++extended;
        dawdle(round / 64);
        if (board.begin_response(0)) {
            board.finish(0);
        } else {
            ++claimed_nonetheless;
        }
    }

    CHECK(master.stop() == lost);
    CHECK(claimed_nonetheless == 0);
}

TEST_CASE("of 100,000 pieces that end at their limit each goes on with exactly one") {
    constexpr int rounds = 100'000;
    Scoreboard scoreboard(1, 1);
    auto board = scoreboard.worker(0);
    board.publish(0, label, {}, Deadline::never(), 0);
    REQUIRE(board.begin_response(0));
    Claimer master(board);

    int rested = 0;
    int lost = 0;
    for (int round = 0; round < rounds || std::min(rested, lost) < enough; ++round) {
        // Also puts a claimed cell back to work.
        board.resume_response(0, {}, Deadline::at({}), 0);
        dawdle(round);
        ++(board.rest_response(0) ? rested : lost);
    }

    CHECK(master.stop() == lost);
}

TEST_CASE("a master that falls asleep never misses a request that begins meanwhile") {
    constexpr int rounds = 20'000;
    Scoreboard scoreboard(1, 4);
    auto board = scoreboard.worker(0);
    std::atomic<int> seen{0};
    std::atomic<int> ended{0};
    std::thread worker([&] {
        for (int round = 1; round <= rounds; ++round) {
            const auto cell = static_cast<std::size_t>(round % 4);
            dawdle(round);
            board.publish(cell, label, {}, Deadline::never(), 0);
            while (seen.load() < round) std::this_thread::yield();
            (void)board.begin_response(cell);
            board.finish(cell);
            ended.store(round);
        }
    });

    int missed = 0;
    for (int round = 1; round <= rounds; ++round) {
        scoreboard.sleep(true);
        while (!scan(board, {}).busy) {
            pollfd wake{.fd = scoreboard.wake_fd(), .events = POLLIN, .revents = 0};
            if (::poll(&wake, 1, 5000) == 0) ++missed;
            scoreboard.take_pokes();
        }
        scoreboard.sleep(false);
        seen.store(round);
        while (ended.load() < round) std::this_thread::yield();
        // A poke that came although the request was seen would wake the next round for nothing.
        scoreboard.take_pokes();
    }
    worker.join();

    CHECK(missed == 0);
}
