#include "tests/support/control_group.h"
#include "tests/support/server.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::tests;

namespace {

constexpr std::size_t megabyte = 1 << 20;

}  // namespace

TEST_CASE("a worker that is killed for want of memory is told from others, and replaced") {
    const ControlGroup group(128 * megabyte);
    if (!group.missing().empty()) {
        MESSAGE("not tried: " << group.missing());
        return;
    }
    const Server server(
        {.app = test_app("eats"), .workers = 1, .before_exec = [&] { group.join(); }});
    CHECK(server.get("/eat/1").status == 200);
    const auto pid = server.worker();

    CHECK(server.get("/eat/1000").status == 502);

    const auto name = "(pid " + std::to_string(pid) + ") ";
    CHECK(server.logs(name + "was killed for want of memory (OOM)"));
    CHECK(server.logs(name + "died with request"));
    CHECK(server.worker() != pid);
    CHECK(server.get("/eat/1").status == 200);
}
