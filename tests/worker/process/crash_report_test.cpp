#include "worker/process/crash_report.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::worker;

namespace {

/// Two fibers' stacks of 1 MiB, each above its guard, and a thread's and the process's own.
const std::string maps =
    "100000000-100001000 ---p 00000000 00:00 0 \n"
    "100001000-100101000 rw-p 00000000 00:00 0 \n"
    "100101000-100102000 ---p 00000000 00:00 0 \n"
    "100102000-100202000 rw-p 00000000 00:00 0 \n"
    "200000000-200800000 rw-p 00000000 00:00 0 \n"
    "7ffc00000000-7ffc00100000 rw-p 00000000 00:00 0                          [stack]\n";

OverflownStack look(std::uint64_t address, std::uint64_t stack_pointer, bool on_fiber = true) {
    return overflown_stack(maps, address, stack_pointer, on_fiber);
}

}  // namespace

TEST_CASE("a stack has overflown where its guard is touched, by code that is near it") {
    CHECK(look(0x100000ff8, 0x100001008).kind == Overflow::fiber);
    CHECK(look(0x100000ff8, 0x100000ff0).kind == Overflow::fiber);  // half-way in
    CHECK(look(0x100000ff8, 0x100001008).size == 1 << 20);
    CHECK(look(0x100101ff8, 0x100102008, false).kind == Overflow::thread);
    CHECK(look(0x7ffbffffeff8, 0x7ffbfffff008).kind == Overflow::process);
}

TEST_CASE("other wrong addresses are no stack overflow") {
    CHECK(look(0, 0x100001008).kind == Overflow::none);
    CHECK(look(0x300000000, 0x100001008).kind == Overflow::none);
    CHECK(look(0x100101ff8, 0x1000f0000).kind == Overflow::none);  // beyond the upper end
    CHECK(look(0x100050000, 0x100051000).kind == Overflow::none);  // it can be written there
    CHECK(look(0x100000ff8, 0x7ffc00080000).kind == Overflow::none);
    CHECK(overflown_stack("", 0x100000ff8, 0x100001008, true).kind == Overflow::none);
    CHECK(overflown_stack("nonsense\n\n-", 0x100000ff8, 0x100001008, true).kind == Overflow::none);
}
