#include "tools/impairment/queue.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace curfew::impairment;
using namespace std::chrono_literals;

TEST_CASE("pieces leave in order, as slowly as one likes") {
    Queue queue;
    queue.add("abc", Time{1h});
    queue.add("d", Time{1h});

    queue.pop(2);
    CHECK(queue.head() == "c");
    queue.pop(1);
    CHECK(queue.head() == "d");
    queue.pop(1);
    CHECK(queue.empty());
}

TEST_CASE("an empty piece, the end, leaves like any other") {
    Queue queue;
    queue.add("", Time{1h});
    CHECK(!queue.empty());
    CHECK(queue.head().empty());

    queue.pop(0);

    CHECK(queue.empty());
}

TEST_CASE("a piece is due after the latency, give or take the jitter") {
    Queue queue;
    const auto came = Time{1h};
    auto earliest = Time::max();
    auto latest = Time::min();

    for (int i = 0; i < 500; ++i) {
        queue.add("x", came);
        CHECK(queue.due({.latency = 100ms}) == came + 100ms);
        const auto due = queue.due({.latency = 100ms, .jitter = 20ms});
        earliest = std::min(earliest, due);
        latest = std::max(latest, due);
        queue.pop(1);
    }

    CHECK(earliest >= came + 80ms);
    CHECK(earliest < came + 85ms);
    CHECK(latest <= came + 120ms);
    CHECK(latest > came + 115ms);
}

TEST_CASE("jitter never makes a piece due before it came") {
    Queue queue;
    for (int i = 0; i < 100; ++i) {
        queue.add("x", Time{1h});
        CHECK(queue.due({.jitter = 20ms}) >= Time{1h});
        queue.pop(1);
    }
}

TEST_CASE("a queue is full of bytes, or of pieces, until some leave") {
    Queue of_bytes;
    while (!of_bytes.full()) of_bytes.add(std::string(10'000, 'x'), Time{1h});
    Queue of_pieces;
    std::size_t pieces = 0;
    for (; !of_pieces.full(); ++pieces) of_pieces.add("x", Time{1h});

    of_bytes.pop(10'000);
    of_pieces.pop(1);

    CHECK(pieces == Queue::most_pieces);
    CHECK(!of_bytes.full());
    CHECK(!of_pieces.full());
}
