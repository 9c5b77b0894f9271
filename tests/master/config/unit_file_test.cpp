#include "master/config/options.h"
#include "master/config/units.h"
#include "tests/support/process.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>

using namespace curfew;

namespace {

/// The value of a setting of conf/curfew.service; empty if it is not there.
std::string setting(const std::string& name) {
    std::istringstream lines(tests::read_file("conf/curfew.service"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
    }
    return {};
}

}  // namespace

TEST_CASE("the unit for systemd fits what the server does") {
    CHECK(setting("Type") == "notify");     // it says READY=1
    CHECK(setting("KillMode") == "mixed");  // workers are the master's
    CHECK(setting("ExecReload") == "/bin/kill -HUP $MAINPID");
    CHECK(setting("RestartPreventExitStatus") == "2 3");
    CHECK(master::parse_duration(setting("TimeoutStopSec")) >
          master::Options{}.worker.graceful_timeout);
}
