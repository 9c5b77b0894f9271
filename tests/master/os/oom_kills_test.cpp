#include "master/os/oom_kills.h"

#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace curfew;
using namespace curfew::master;
using namespace std::chrono_literals;

namespace {

constexpr Deadline::Clock::time_point noon{1000h};

/// A root directory with what a kernel would show there.
class Machine {
  public:
    void write(const std::string& path, const std::string& text) const {
        static_cast<void>(directory_.write(path, text));
    }

    void has_version_2(const std::string& group = "/a/b", const std::string& shown = "/") const {
        write("proc/self/cgroup", "0::" + group + "\n");
        write("proc/self/mountinfo",
              "22 1 0:5 / / rw - ext4 /dev/vda rw\n"
              "31 22 0:26 " +
                  shown + " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
    }
    void has_version_1() const {
        write("proc/self/cgroup", "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/\n");
        write("proc/self/mountinfo",
              "32 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
              "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
              "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    }
    void events(const std::string& file, int kills) const {
        write(file, "low 0\nhigh 0\nmax 71\noom 3\noom_kill " + std::to_string(kills) +
                        "\noom_group_kill 0\n");
    }

    [[nodiscard]] std::filesystem::path root() const { return directory_.path(); }

  private:
    TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("a kill is counted in the group's own file, and explains one death") {
    const Machine machine;
    machine.has_version_2();
    machine.events("sys/fs/cgroup/a/b/memory.events", 7);
    machine.events("sys/fs/cgroup/a/b/memory.events.local", 4);
    OomKills kills(machine.root());
    CHECK(kills.source() == machine.root() / "sys/fs/cgroup/a/b/memory.events.local");

    CHECK_FALSE(kills.explain_death(true, noon));
    machine.events("sys/fs/cgroup/a/b/memory.events.local", 5);

    CHECK(kills.explain_death(true, noon + 1h));
    CHECK_FALSE(kills.explain_death(true, noon + 1h));
}

TEST_CASE("those that were killed together are all explained, but nobody later") {
    const Machine machine;
    machine.has_version_2();
    machine.events("sys/fs/cgroup/a/b/memory.events", 0);
    OomKills kills(machine.root());

    machine.events("sys/fs/cgroup/a/b/memory.events", 3);

    CHECK(kills.explain_death(true, noon));
    CHECK(kills.explain_death(true, noon + 10ms));
    CHECK_FALSE(kills.explain_death(true, noon + 1h));
}

TEST_CASE("a mount may show the group's own part of the tree only") {
    const Machine machine;
    machine.has_version_2("/docker/x/app", "/docker/x");
    machine.events("sys/fs/cgroup/app/memory.events", 0);

    CHECK(OomKills(machine.root()).source() == machine.root() / "sys/fs/cgroup/app/memory.events");
}

TEST_CASE("version 1 of control groups counts too") {
    const Machine machine;
    machine.has_version_1();
    const std::string file = "sys/fs/cgroup/memory/a/b/memory.oom_control";
    machine.write(file, "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    OomKills kills(machine.root());
    CHECK(kills.source() == machine.root() / file);

    machine.write(file, "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");

    CHECK(kills.explain_death(true, noon));
}

TEST_CASE("without control groups the machine's kills count, without those none") {
    const Machine machine;
    CHECK_FALSE(OomKills(machine.root()).explain_death(true, noon));
    CHECK(OomKills(machine.root()).source().empty());

    machine.write("proc/vmstat", "nr_free_pages 5\noom_kill 1\nnuma_hit 7\n");
    OomKills kills(machine.root());
    machine.write("proc/vmstat", "nr_free_pages 5\noom_kill 2\nnuma_hit 7\n");

    CHECK(kills.explain_death(true, noon));
}

TEST_CASE("this machine has something that counts") { CHECK_FALSE(OomKills().source().empty()); }
