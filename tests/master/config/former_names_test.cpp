#include "tests/master/config/configured.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

const std::string next_version = "; the next version does not know the former name";

}  // namespace

TEST_CASE("a former name of a flag is understood, with a warning") {
    const auto invocation = invoke({"--harakiri-brake", "7", "--harakiri-mercy=3s", "demo"});

    CHECK(invocation.options.worker.circuit_breaker == 7);
    CHECK(invocation.options.harakiri_grace == 3s);
    CHECK(
        invocation.warnings ==
        Lines{"the command line: --harakiri-brake is called --circuit-breaker now" + next_version,
              "the command line: --harakiri-mercy is called --harakiri-grace now" + next_version});
}

TEST_CASE("a former name of a variable is understood, and its new name beats it") {
    const std::string warning =
        "the environment: CURFEW_HARAKIRI_BRAKE is called CURFEW_CIRCUIT_BREAKER now" +
        next_version;

    const auto former = invoke({"demo"}, {{"CURFEW_HARAKIRI_BRAKE", "7"}});
    CHECK(former.options.worker.circuit_breaker == 7);
    CHECK(former.warnings == Lines{warning});

    const auto both =
        invoke({"demo"}, {{"CURFEW_HARAKIRI_BRAKE", "7"}, {"CURFEW_CIRCUIT_BREAKER", "8"}});
    CHECK(both.options.worker.circuit_breaker == 8);
    CHECK(both.warnings == Lines{warning});
}

TEST_CASE("a former name in the file is understood, with its place") {
    const TemporaryFile file("timeout = \"9s\"\nharakiri_brake_window = \"7s\"\n");
    const auto invocation = invoke({"--config", file.path(), "demo"});

    CHECK(invocation.options.worker.circuit_breaker_window == 7s);
    CHECK(invocation.warnings ==
          Lines{file.path() + ":2:1: harakiri_brake_window is called circuit_breaker_window now" +
                next_version});
}

TEST_CASE("a file that has both names of an option is refused, whichever comes first") {
    CHECK(refusal_of_file("circuit_breaker = 7\nharakiri_brake = 8\n") ==
          "curfew.toml:2:1: harakiri_brake: curfew.toml:1:1 has set this option already, by its "
          "other name");
    CHECK(refusal_of_file("harakiri_brake = 8\ncircuit_breaker = 7\n") ==
          "curfew.toml:2:1: circuit_breaker: curfew.toml:1:1 has set this option already, by its "
          "other name");
}

TEST_CASE("a former name has the limits of the option") {
    CHECK(refusal_of_flags({"--harakiri-brake", "101", "demo"}).starts_with("--circuit-breaker: "));
    CHECK(refusal_of_flags({"--harakiri-brake"}).find("a value is missing") != std::string::npos);
}

TEST_CASE("a file that has both names is refused also where a flag counts more") {
    const TemporaryFile file("circuit_breaker = 7\nharakiri_brake = 8\n");

    CHECK_FALSE(
        refusal_of_flags({"--circuit-breaker", "9", "--config", file.path(), "demo"}).empty());
}

TEST_CASE("a variable without a name is nobody's, and an empty one hides no former name") {
    CHECK(invoke({"demo"}, {{"", "nonsense"}}).warnings.empty());

    const auto invocation =
        invoke({"demo"}, {{"CURFEW_HARAKIRI_BRAKE", "7"}, {"CURFEW_CIRCUIT_BREAKER", ""}});
    CHECK(invocation.options.worker.circuit_breaker == 7);
}
