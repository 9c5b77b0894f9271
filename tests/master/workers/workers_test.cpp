#include "master/workers/workers.h"

#include <doctest/doctest.h>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;
using worker::WorkerState;

namespace {

/// Workers that are records only: there are no such processes.
struct Pool {
    Workers workers{4, 1};
    pid_t last = 1000;

    Child& add(WorkerState state = WorkerState::ready, int generation = 1) {
        auto& child = workers.add(++last, workers.free_slot().value(), generation, {}, {});
        child.board().line().state.store(state);
        return child;
    }
};

}  // namespace

TEST_CASE("a slot is a worker's until it is removed") {
    Pool pool;
    auto& first = pool.add();
    for (int i = 0; i < 3; ++i) pool.add();
    CHECK_FALSE(pool.workers.free_slot().has_value());
    first.has_died({.cause = Cause::finished, .text = {}});
    CHECK_FALSE(pool.workers.free_slot().has_value());

    pool.workers.remove(first);

    CHECK(pool.workers.free_slot() == 0);
}

TEST_CASE("a dead worker is not found by its pid, which may be another's, but by its keeper's") {
    Pool pool;
    auto& child = pool.add();
    child.board().line().keeper.store(2000);
    CHECK(pool.workers.by_pid(child.pid()) == &child);

    child.has_died({.cause = Cause::finished, .text = {}});

    CHECK(pool.workers.by_pid(child.pid()) == nullptr);
    CHECK(pool.workers.by_keeper(2000) == &child);
}

TEST_CASE(
    "a worker that boots counts as serving, one that leaves or needs a replacement does not") {
    Pool pool;
    pool.add(WorkerState::booting);
    pool.add(WorkerState::draining);
    pool.add().wear_out();
    pool.add().set_near_limit(true);

    CHECK(pool.workers.serving(1) == 1);
    CHECK(pool.workers.serving(2) == 0);
}

TEST_CASE("the youngest of the generation go first when there are too many") {
    Pool pool;
    auto& oldest = pool.add();
    auto& second = pool.add();
    auto& third = pool.add();
    auto& other = pool.add(WorkerState::ready, 2);

    pool.workers.dismiss_surplus(1, 1, Deadline::in(1h));

    CHECK_FALSE(oldest.leaving());
    CHECK(second.leaving());
    CHECK(third.leaving());
    CHECK_FALSE(other.leaving());
}

TEST_CASE("a worn worker goes when another is ready in its place") {
    Pool pool;
    auto& worn = pool.add();
    worn.wear_out();
    auto& next = pool.add(WorkerState::booting);

    pool.workers.dismiss_worn(1, 1, Deadline::in(1h));
    CHECK_FALSE(worn.leaving());

    next.board().line().state.store(WorkerState::ready);
    pool.workers.dismiss_worn(1, 1, Deadline::in(1h));
    CHECK(worn.leaving());
}

TEST_CASE("a pool in which a worker boots or is to be killed is not at its strength") {
    Pool pool;
    auto& first = pool.add();
    auto& second = pool.add(WorkerState::booting);
    CHECK_FALSE(pool.workers.at_strength(1, 2));

    second.board().line().state.store(WorkerState::ready);
    CHECK(pool.workers.at_strength(1, 2));

    first.terminate("a test", Deadline::in(1h));
    CHECK_FALSE(pool.workers.at_strength(1, 1));
}

TEST_CASE("nobody waits for a worker that the kernel holds") {
    Pool pool;
    CHECK_FALSE(pool.workers.anyone_left());
    auto& child = pool.add();
    CHECK(pool.workers.anyone_left());

    child.give_up();

    CHECK_FALSE(pool.workers.anyone_left());
}
