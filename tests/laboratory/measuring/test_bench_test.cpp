#include "tools/laboratory/measuring/test_bench.h"

#include "handlers/backends/configure.h"
#include "tests/laboratory/servers/peer_calls.h"
#include "tools/laboratory/measuring/backends.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <string_view>
#include <vector>

using namespace curfew;
using namespace curfew::laboratory;

namespace {

/// The backends, and a web server that is asked.
class Neighbourhood {
  public:
    [[nodiscard]] BenchSetup setup() const {
        return {.backends = backends_.options(),
                .http = web_.url().substr(std::string_view("http://").size()),
                .settings = {}};
    }

  private:
    const std::atomic<bool> interrupted_{false};
    Backends backends_{{Backend::cache, Backend::db}, interrupted_};
    Curfew web_{1, {"--threads", "20"}, "", {}};
};

/// Of one neighbourhood for all tests here, which takes its time to start.
BenchSetup house_with_backends() {
    static const Neighbourhood neighbourhood;
    const auto setup = neighbourhood.setup();
    auto as_root = setup.backends;  // who may see what everybody asks
    as_root.db.user = "root";
    as_root.db.password.clear();
    configure_backends(as_root);
    return setup;
}

}  // namespace

TEST_CASE("a query that goes on in the database is left; curfew cancels it, some peers do not") {
    const auto setup = house_with_backends();
    const auto queries_left_by = [&](const std::string& row) {
        TestBench bench(setup, row, conditions().front(), 1);
        return bench.run_fault(kind_named("db-slow-query")).left.queries;
    };

    CHECK(queries_left_by("harakiri") == 0);  // though its worker is dead, and behind a proxy
    CHECK(queries_left_by("deadline") == 0);
    for (const auto& peer : installed("gunicorn-process")) CHECK(queries_left_by(peer.name) == 1);
}

TEST_CASE("a drip does not come to its end before the lab gives up") {
    const auto setup = house_with_backends();
    Condition patient = conditions().front();
    patient.backstop_ms = 5000;
    std::vector<std::future<Sample>> samples;
    for (const auto* const name : {"http-drip", "cache-drip", "db-drip"}) {
        samples.push_back(std::async(std::launch::async, [&, name] {
            return TestBench(setup, "none", patient, 1).run_fault(kind_named(name));
        }));
    }

    for (auto& each : samples) {
        const auto sample = each.get();
        CHECK(sample.answer == Answer::limit);
        CHECK(sample.elapsed_ms >= 5000);
    }
}

TEST_CASE("the lab gives up on an answer, and says so; its worker is replaced") {
    for (const auto& peer : installed("gunicorn-gevent")) {
        const auto setup = house_with_backends();
        TestBench bench(setup, peer.name, conditions().front(), 1);

        const auto sample = bench.run_fault(kind_named("http-stall"));

        CHECK(sample.gave_up);
        CHECK(sample.answer == Answer::none);
        CHECK(sample.left.function == "has not answered");
        CHECK(sample.elapsed_ms >= 6000);
        CHECK(sample.elapsed_ms < 9000);
        CHECK(sample.next == Next::right);
    }
}

TEST_CASE("a function that ends by itself before its limit makes no sample") {
    const auto setup = house_with_backends();
    TestBench bench(setup, "deadline", conditions().front(), 1);
    auto quick = kind_named("sleep");
    quick.takes_time = false;

    CHECK_THROWS_WITH_AS(static_cast<void>(bench.run_fault(quick)), doctest::Contains("not stuck"),
                         std::runtime_error);
}
