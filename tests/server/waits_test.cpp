// Every way to wait, under limits, in every worker class: see apps/waits/.
#include "tests/server/waits_bench.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

using namespace curfew::tests;

namespace {

void check_waits(const char* worker_class) {
    const WaitsBench bench(worker_class);

    for (const auto* const kind : {"early", "deadline"}) CHECK(bench.wrong(kind) == "");
    const auto before = bench.belongings();
    for (const auto* const kind : {"outer", "inner", "token"}) CHECK(bench.wrong(kind) == "");
    CHECK(bench.wrongly_excepted() == "");
    // The last three trials of each row have left nothing behind.
    if (bench.workers() > 1) return;
    static_cast<void>(wait_until([&] { return bench.belongings() == before; }));
    CHECK(bench.belongings() == before);
}

}  // namespace

TEST_CASE("every wait of the table is tried, and only those") {
    const WaitsBench bench("sync");

    CHECK(bench.unproved() == "");
}

TEST_CASE("waits end at a limit in class sync") { check_waits("sync"); }
TEST_CASE("waits end at a limit in class threads") { check_waits("threads"); }
TEST_CASE("waits end at a limit on fibers, and others are answered meanwhile") {
    check_waits("fiber");
}
