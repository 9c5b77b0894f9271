#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_until.h"
#include "tools/laboratory/servers/packet_loss.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

using namespace curfew;
using namespace curfew::tests;
using curfew::laboratory::PacketLoss;

namespace {

/// Before the real tc, which would hurt the whole machine: notes what it is told.
class Tc {
  public:
    /// `body`: shell lines, which see tc's arguments.
    explicit Tc(const std::string& body) {
        const auto script =
            directory_.write("tc", "#!/bin/sh\n[ $2 = show ] || echo \"$2 $7 $8\" >>'" +
                                       log().string() + "'\n" + body);
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
        ::setenv("PATH", (directory_.path().string() + ":" + path_).c_str(), 1);
    }
    ~Tc() { ::setenv("PATH", path_.c_str(), 1); }
    Tc(const Tc&) = delete;
    Tc& operator=(const Tc&) = delete;

    [[nodiscard]] std::string told() const { return read_file(log()); }

  private:
    [[nodiscard]] std::filesystem::path log() const { return directory_.path() / "log"; }

    TemporaryDirectory directory_;
    std::string path_ = ::getenv("PATH");
};

constexpr auto on = "add loss 5%\n";
constexpr auto on_and_off = "add loss 5%\ndel  \n";

/// A process that has packets lost until it is killed.
pid_t start_loser() {
    const pid_t pid = checked(::fork(), "fork");
    if (pid != 0) return pid;
    try {
        const PacketLoss loss(5);
        while (true) ::pause();
    } catch (const std::exception&) {
        ::_exit(1);
    }
}

}  // namespace

TEST_CASE("packets are lost as long as that is wanted") {
    const Tc tc("");
    std::optional<PacketLoss> loss(std::in_place, 5);
    CHECK(tc.told() == on);

    loss.reset();

    CHECK(tc.told() == on_and_off);
}

TEST_CASE("packets are no longer lost once the process has been killed that wanted it") {
    const Tc tc("");
    const pid_t loser = start_loser();
    CHECK(wait_until([&] { return tc.told() == on; }));

    ::kill(loser, SIGKILL);
    ::waitpid(loser, nullptr, 0);

    CHECK(wait_until([&] { return tc.told() == on_and_off; }));
}

TEST_CASE("why no packets can be lost is said as netem says it") {
    const Tc tc("[ $2 = show ] || { echo 'Error: Specified qdisc kind is unknown.' >&2; exit 2; }");

    CHECK_THROWS_WITH_AS(PacketLoss(5), "this kernel has no netem (sch_netem)", std::runtime_error);
    CHECK(tc.told() == on);
}
