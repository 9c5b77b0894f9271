#include "tests/impairment/path.h"
#include "tests/impairment/tool.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace curfew;
using namespace curfew::tests;

TEST_CASE("wrong arguments are refused before anything listens") {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"--to"},
        {"--to", "nonsense"},
        {"--to", "127.0.0.1:http"},
        {"--to", "127.0.0.1:1", "--listen", ":"},
        {"--to", "127.0.0.1:1", "--port", "1"},
        {"--to", "127.0.0.1:1", "latency"},
        {"--to", "127.0.0.1:1", "--control", std::string(200, 'x')},
        {"control"},
        {"control", "/nonexistent"},
    };
    for (const auto& arguments : wrong) {
        const auto outcome = run_impair(arguments);
        CAPTURE(outcome.error);
        CHECK(outcome.status == 2);
        CHECK(outcome.out.empty());
        CHECK(outcome.error.starts_with("impair: "));
    }
}

TEST_CASE("the help names every condition") {
    const auto outcome = run_impair({"--help"});

    CHECK(outcome.status == 0);
    for (const auto* name : {"latency", "jitter", "bandwidth", "drip", "stall", "reset",
                             "slow-close", "black-hole", "refuse"}) {
        CHECK(outcome.out.find(name) != std::string::npos);
    }
}

TEST_CASE("a port that is taken is named") {
    const Listener taken;
    const auto address = "127.0.0.1:" + std::to_string(taken.port());

    const auto outcome = run_impair({"--to", "127.0.0.1:1", "--listen", address});

    CHECK(outcome.status == 1);
    CHECK(outcome.error.find(address) != std::string::npos);
}

TEST_CASE("a signal ends it, and its socket goes") {
    for (const int signal : {SIGTERM, SIGINT}) {
        const TemporaryDirectory directory;
        Process process({CURFEW_IMPAIR, "--to", "127.0.0.1:1", "--control", "control"},
                        directory.path(), {});
        const auto listens = [&] {
            return read_file(directory.path() / "out").ends_with("control\n");
        };
        CHECK(wait_until(listens));
        CHECK(std::filesystem::exists(directory.path() / "control"));

        process.kill(signal);

        CHECK(process.exit_status() == 0);
        CHECK(!std::filesystem::exists(directory.path() / "control"));
    }
}

TEST_CASE("a control socket in use is left alone, one that a killed program left is replaced") {
    const TemporaryDirectory directory;
    const std::vector<std::string> command{CURFEW_IMPAIR, "--to", "127.0.0.1:1", "--control",
                                           directory.path() / "control"};
    const auto out = directory.path() / "out";
    Process first(command, directory.path(), {});
    CHECK(wait_until([&] { return read_file(out).ends_with("control\n"); }));
    const auto size = std::filesystem::file_size(out);

    const auto beside = run(command);
    first.kill(SIGKILL);
    CHECK(first.exit_status() == 128 + SIGKILL);
    Process second(command, directory.path(), {});

    CHECK(beside.status == 1);
    CHECK(beside.error.find("Address already in use") != std::string::npos);
    CHECK(wait_until([&] { return std::filesystem::file_size(out) > size; }));
    second.kill(SIGTERM);
    CHECK(second.exit_status() == 0);
}
