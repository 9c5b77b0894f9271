#include "tools/laboratory/measuring/lab.h"

#include <doctest/doctest.h>

using namespace curfew::laboratory;

TEST_CASE("what other servers have no function for is named as a gap, once for all of them") {
    Run run;
    run.strategies = {{.name = "deadline", .where = "function", .group = "curfew"},
                      {.name = "gunicorn-sync", .where = "server", .group = "gunicorn"},
                      {.name = "php-fpm", .where = "server", .group = "php-fpm"}};
    run.kinds = {{"dns", "wait", ""}, {"cooperative", "cpu", ""}, {"spin", "cpu", ""}};

    const auto gaps = gaps_of_peers(run);

    REQUIRE(gaps.size() == 2);
    CHECK(gaps[0].what == "dns with other servers");
    CHECK(gaps[1].what == "cooperative with php-fpm");
}

TEST_CASE("curfew's own rows have every function") {
    Run run;
    run.strategies = {{.name = "deadline", .where = "function", .group = "curfew"}};
    run.kinds = {{"dns", "wait", ""}};

    CHECK(gaps_of_peers(run).empty());
}
