// Helpers come first, while there is one thread: doctest runs the tests after that.
#define DOCTEST_CONFIG_IMPLEMENT
#include "handlers/timeouts/processes/helpers.h"
#include "tests/handlers/timeouts/processes/processes.h"
#include "tests/handlers/timeouts/processes/victims.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace curfew;
using namespace curfew::tests;

int main(int argc, char** argv) {
    helpers().start(helper_count, [](const char*) {});
    if (argc > 2 && argv[1] == std::string_view("--victim")) return be_victim(argv[2]);
    const int status = doctest::Context(argc, argv).run();
    helpers().stop();
    return status;
}
