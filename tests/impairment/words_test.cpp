#include "tools/impairment/words.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace curfew::impairment;
using namespace std::chrono_literals;

namespace {

Network network(std::string_view words) { return with({}, split(words)); }
std::string shown(std::string_view words) { return to_text(network(words)); }
std::string left(std::string_view words, std::string_view lifted) {
    return to_text(without(network(words), split(lifted)));
}

}  // namespace

TEST_CASE("a direction stands for what follows it; at first it is both") {
    const auto parsed = network("stall 1 up latency 1s down drip 3/2ms both jitter 1ms");

    CHECK(parsed.up.stall == 1);
    CHECK(parsed.down.stall == 1);
    CHECK(parsed.up.latency == 1s);
    CHECK(parsed.down.latency == 0s);
    CHECK(!parsed.up.drip);
    CHECK(parsed.down.drip->bytes == 3);
    CHECK(parsed.down.drip->every == 2ms);
    CHECK(parsed.up.jitter == 1ms);
    CHECK(parsed.down.jitter == 1ms);
    CHECK(!parsed.refuse);
}

TEST_CASE("every condition is shown in words that make it again") {
    for (const auto* words :
         {"up latency 100ms", "down jitter 20ms", "up bandwidth 10k", "down drip 1/20ms",
          "up stall 0", "down reset 500", "up slow-close 2s", "down black-hole", "refuse",
          "up latency 1s drip 1k/1s down stall 1 reset 2 refuse"}) {
        CHECK(shown(words) == words);
    }
    CHECK(shown("") == "");
}

TEST_CASE("conditions are lifted by name, by direction, or all") {
    constexpr auto all = "latency 1s down stall 1 refuse";

    CHECK(left(all, "") == "");
    CHECK(left(all, "down") == "up latency 1s refuse");
    CHECK(left(all, "up") == "down latency 1s stall 1 refuse");
    CHECK(left(all, "both") == "refuse");
    CHECK(left(all, "latency") == "down stall 1 refuse");
    CHECK(left(all, "down latency") == "up latency 1s down stall 1 refuse");
    CHECK(left(all, "up latency down stall") == "down latency 1s refuse");
    CHECK(left(all, "up down stall") == "down latency 1s refuse");
    CHECK(left(all, "refuse") == "up latency 1s down latency 1s stall 1");
}

TEST_CASE("setting a limit starts a new count, lifting it does not take one back") {
    const auto once = network("down stall 5");
    const auto again = with(without(once, {}), split("down stall 5"));

    CHECK(again.down.counts != once.down.counts);
}

TEST_CASE("wrong words are refused") {
    for (const auto* words :
         {"lag 1s", "latency", "latency x", "latency -1s", "latency 25h", "bandwidth 0",
          "bandwidth x", "drip 1", "drip 0/1s", "drip 1/0s", "drip /", "stall x", "reset",
          "black-hole 1s", "refuse 1", "sideways"}) {
        CAPTURE(words);
        CHECK_THROWS_AS((void)network(words), std::invalid_argument);
    }
    CHECK_THROWS_AS((void)left("", "lag"), std::invalid_argument);
    CHECK_THROWS_AS((void)left("", "latency 1s"), std::invalid_argument);
}
