#include "handlers/timeouts/fibers/fiber.h"

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace curfew;
using namespace std::chrono_literals;

TEST_CASE("a fiber goes on where it paused") {
    FiberStacks stacks;
    std::string told;
    std::unique_ptr<Fiber> fiber;
    fiber = std::make_unique<Fiber>(stacks, CallContext{}, [&] {
        told += "a";
        fiber->pause();
        told += "c";
    });

    fiber->resume();
    told += "b";
    CHECK_FALSE(fiber->ended());
    fiber->resume();

    CHECK(told == "abc");
    CHECK(fiber->ended());
}

TEST_CASE("a fiber's locals stay while others run") {
    FiberStacks stacks;
    std::vector<std::unique_ptr<Fiber>> fibers(100);
    std::vector<int> sums(fibers.size());
    for (std::size_t i = 0; i < fibers.size(); ++i) {
        fibers[i] = std::make_unique<Fiber>(stacks, CallContext{}, [&, i] {
            const std::vector<int> own(1000, static_cast<int>(i));
            for (const int each : own) {
                sums[i] += each;
                fibers[i]->pause();
            }
        });
    }

    for (int round = 0; round <= 1000; ++round) {
        for (auto& fiber : fibers) fiber->resume();
    }

    for (std::size_t i = 0; i < fibers.size(); ++i) {
        CHECK(fibers[i]->ended());
        CHECK(sums[i] == static_cast<int>(i) * 1000);
    }
}

TEST_CASE("each fiber has a call context of its own, and its thread keeps its own") {
    FiberStacks stacks;
    const auto own = Deadline::in(1h);
    std::unique_ptr<Fiber> fiber;
    std::vector<Deadline> seen;
    fiber = std::make_unique<Fiber>(stacks, CallContext{.deadline = own}, [&] {
        seen.push_back(call_context().deadline);
        const ContextScope shorter(Deadline::in(1min));
        fiber->pause();
        seen.push_back(call_context().deadline);
    });

    fiber->resume();
    CHECK(call_context().deadline.is_never());
    const ContextScope others(Deadline::in(1s));
    fiber->resume();

    CHECK(seen.at(0) == own);
    CHECK(seen.at(1) < own);
    CHECK(seen.at(1) > Deadline::in(30s));
    CHECK(call_context().deadline < Deadline::in(1s));
}

TEST_CASE("exceptions in flight belong to the fiber that throws or handles them") {
    FiberStacks stacks;
    std::unique_ptr<Fiber> fiber;
    std::string caught;
    fiber = std::make_unique<Fiber>(stacks, CallContext{}, [&] {
        try {
            throw std::runtime_error("the fiber's");
        } catch (const std::runtime_error&) {
            fiber->pause();
            try {
                throw;
            } catch (const std::runtime_error& again) {
                caught = again.what();
            }
        }
    });

    fiber->resume();
    CHECK(std::current_exception() == nullptr);
    try {
        throw std::logic_error("the thread's");
    } catch (const std::logic_error&) {
        fiber->resume();
        CHECK_THROWS_AS(std::rethrow_exception(std::current_exception()), std::logic_error);
    }

    CHECK(caught == "the fiber's");
}

TEST_CASE("a stack that is free serves the next fiber") {
    FiberStacks stacks(64 << 10, 1);
    const auto first = stacks.take();
    stacks.put(first);

    const auto again = stacks.take();
    const auto other = stacks.take();

    CHECK(again.sp == first.sp);
    CHECK(other.sp != first.sp);
    CHECK(again.size >= 64 << 10);
    stacks.put(again);
    stacks.put(other);  // one too many: it goes
}
