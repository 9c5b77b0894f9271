// Every way to wait, under limits, in every worker class: see apps/waits/.
#include "tests/server/waits_bench.h"

#include <doctest/doctest.h>

using namespace curfew::tests;

namespace {

void check_waits(const char* worker_class) {
    const WaitsBench bench(worker_class);

    for (const auto* const kind : {"early", "deadline", "outer", "inner", "token"}) {
        CHECK(bench.wrong(kind) == "");
    }
    CHECK(bench.wrongly_excepted() == "");
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
