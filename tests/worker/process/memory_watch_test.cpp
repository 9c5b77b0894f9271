#include "worker/process/memory_watch.h"

#include <doctest/doctest.h>

#include <vector>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

bool comes_to_exceed(MemoryWatch& watch) {
    const auto limit = Deadline::in(10s);
    while (!watch.exceeded()) {
        if (limit.passed()) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("a process exceeds its memory by what it has itself touched") {
    MemoryWatch generous(std::size_t{1} << 40);
    CHECK_FALSE(generous.exceeded());
    const auto before = generous.bytes();
    CHECK(before > 0);

    constexpr std::size_t size = 64 << 20;
    MemoryWatch strict(before + size / 2);
    CHECK_FALSE(strict.exceeded());
    const std::vector<char> memory(size, 'x');

    CHECK(comes_to_exceed(strict));
    CHECK(strict.bytes() >= before + size / 2);
    CHECK(memory.back() == 'x');
}

TEST_CASE("without a limit nothing is too much") {
    MemoryWatch watch(0);

    CHECK_FALSE(watch.exceeded());
    CHECK(watch.bytes() == 0);
}
