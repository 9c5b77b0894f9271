#include "tools/laboratory/measuring/census.h"

#include "handlers/backends/configure.h"
#include "handlers/backends/db.h"
#include "tests/support/wait_until.h"
#include "tools/laboratory/measuring/backends.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

using namespace curfew;
using namespace curfew::laboratory;

TEST_CASE("a statement that goes on in the database is found by its text, and its transaction") {
    const std::atomic<bool> interrupted{false};
    const Backends backends({Backend::db}, interrupted);
    REQUIRE(backends.missing().empty());
    auto options = backends.options();
    options.db.user = "root";
    options.db.password.clear();
    configure_backends(options);

    std::jthread busy([] {
        db::transaction([](db::Transaction& transaction) {
            transaction.query("UPDATE planets SET moons = moons WHERE id = 3");
            transaction.query("SELECT SLEEP(1.00011)");
        });
    });
    CHECK(tests::wait_until([] { return queries_with("1.00011") == 1; }));
    CHECK(transactions_with("1.00011") == 1);
    busy.join();

    CHECK(queries_with("1.00011") == 0);
    CHECK(transactions_with("1.00011") == 0);
}

TEST_CASE("who is not at his resting place has business, and says what") {
    const auto rest = idle_wchan_of(::getpid());  // this thread asks, and so computes
    CHECK(rest == "computes");
    CHECK(activity_of(::getpid(), rest).empty());
    CHECK(activity_of(::getpid(), "waits in do_epoll_wait") == "computes");
}
