#include "tests/impairment/tool.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace curfew;
using namespace curfew::tests;

namespace {

/// The real tc would slow the whole machine down, if its kernel can: this one notes what it is told
/// and behaves as the test says.
class Tc {
  public:
    /// `body`: shell lines, which see tc's arguments.
    explicit Tc(const std::string& body) {
        const auto script = directory_.write(
            "tc", "#!/bin/sh\necho \"$*\" >>'" + log().string() + "'\n" + body + "\n");
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    }

    /// `before`: what the shell does that becomes netem.
    [[nodiscard]] Outcome netem(const std::string& arguments,
                                const std::string& before = "") const {
        return run({"sh", "-c",
                    "cd '" + directory_.path().string() + "'; PATH=$PWD:$PATH\n" + before +
                        "\nexec " CURFEW_NETEM " " + arguments});
    }
    [[nodiscard]] std::string told() const { return read_file(log()); }

  private:
    [[nodiscard]] std::filesystem::path log() const { return directory_.path() / "log"; }

    TemporaryDirectory directory_;
};

constexpr auto shows_netem = "[ $2 != show ] || echo 'qdisc netem 8001: root refcnt 2 delay 1ms'";

}  // namespace

TEST_CASE("netem is put on lo, and its user told how to undo it") {
    const Tc tc("");

    const auto outcome = tc.netem("100ms 20ms");

    CHECK(outcome.status == 0);
    CHECK(tc.told() == "qdisc show dev lo\nqdisc add dev lo root netem delay 100ms 20ms\n");
    CHECK(outcome.out.find("tools/impair netem off") != std::string::npos);
}

TEST_CASE("packets are lost by the same means") {
    const Tc tc("");

    const auto outcome = tc.netem("loss 2.5%");

    CHECK(outcome.status == 0);
    CHECK(tc.told() == "qdisc show dev lo\nqdisc add dev lo root netem loss 2.5%\n");
    CHECK(outcome.out.find("2.5% of the packets over lo are now lost") != std::string::npos);
    CHECK(outcome.out.find("tools/impair netem off") != std::string::npos);
}

TEST_CASE("netem that is held goes off at the end of its input, and not for a signal") {
    const Tc tc("");

    const auto outcome = tc.netem("hold loss 5% <input", R"(mkfifo input
(
    exec >input
    for i in $(seq 500); do ! grep -q add log || break; sleep 0.01; done
    for signal in INT TERM HUP; do kill -$signal $$; done
    echo signalled >>log
) &)");

    CHECK(outcome.status == 0);
    CHECK(tc.told() ==
          "qdisc show dev lo\nqdisc add dev lo root netem loss 5%\nsignalled\n"
          "qdisc del dev lo root netem\n");
}

TEST_CASE("netem that cannot be put on is not held") {
    const Tc tc("[ $2 != add ] || { echo 'Error: Specified qdisc kind is unknown.' >&2; exit 2; }");

    const auto outcome = tc.netem("hold loss 5%");

    CHECK(outcome.status == 1);
    CHECK(outcome.error == "netem: this kernel has no netem (sch_netem)\n");
    CHECK(tc.told() == "qdisc show dev lo\nqdisc add dev lo root netem loss 5%\n");
}

TEST_CASE("netem is taken off again") {
    const Tc tc(shows_netem);

    const auto outcome = tc.netem("off");

    CHECK(outcome.status == 0);
    CHECK(tc.told() == "qdisc show dev lo\nqdisc del dev lo root netem\n");
}

TEST_CASE("a queue that is not netem's is not taken off") {
    const Tc tc("[ $2 != show ] || echo 'qdisc tbf 8001: root refcnt 2'");

    const auto outcome = tc.netem("off");

    CHECK(outcome.status == 1);
    CHECK(outcome.error == "netem: lo has no netem\n");
    CHECK(tc.told() == "qdisc show dev lo\n");
}

TEST_CASE("a second netem is refused") {
    const Tc tc(shows_netem);

    const auto outcome = tc.netem("100ms");

    CHECK(outcome.status == 1);
    CHECK(outcome.error.find("already") != std::string::npos);
    CHECK(tc.told() == "qdisc show dev lo\n");
}

TEST_CASE("what the kernel refuses is said in words") {
    const auto said = [](const std::string& by_kernel) {
        const Tc tc("[ $2 = show ] || { echo '" + by_kernel + "' >&2; exit 2; }");
        const auto outcome = tc.netem("100ms");
        CHECK(outcome.status == 1);
        CHECK(outcome.out.empty());
        return outcome.error;
    };

    CHECK(said("Error: Specified qdisc kind is unknown.") ==
          "netem: this kernel has no netem (sch_netem)\n");
    CHECK(said("RTNETLINK answers: No such file or directory") ==
          "netem: this kernel has no netem (sch_netem)\n");
    CHECK(said("RTNETLINK answers: Operation not permitted") ==
          "netem: only root may change lo's queue\n");
    CHECK(said("Error: Exclusivity flag on, cannot modify.").find("a queue of its own") !=
          std::string::npos);
    CHECK(said("Error: Moon in the way.").find("Moon in the way") != std::string::npos);
}

TEST_CASE("words that are no time or share of packets never reach tc") {
    const Tc tc("");

    for (const auto* arguments :
         {"", "100", "100ms loss", "1ms 2ms 3ms", "off now", "-1ms", "loss", "loss 5", "loss 101%",
          "loss -1%", "loss 5% 1%", "hold", "hold off", "hold 5%", "hold hold 1ms"}) {
        CAPTURE(arguments);
        CHECK(tc.netem(arguments).status == 2);
    }
    CHECK(tc.told().empty());
}
