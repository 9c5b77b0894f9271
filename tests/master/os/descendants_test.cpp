#include "master/os/descendants.h"

#include "handlers/timeouts/processes/proc_children.h"
#include "tests/support/process.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

using namespace curfew;
using namespace curfew::master;
using tests::wait_until;

namespace {

/// A shell, killed and reaped at the end with all that it has started by then.
class Shell {
  public:
    explicit Shell(const std::string& script) : pid_(::fork()) {
        if (pid_ != 0) return;
        ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
        ::_exit(1);
    }
    ~Shell() {
        if (pid_ == 0) return;
        const Descendants left(pid_, Deadline::never());
        end();
        left.kill();
    }
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    void end() noexcept {
        ::kill(pid_, SIGKILL);
        ::waitpid(std::exchange(pid_, 0), nullptr, 0);
    }

  private:
    pid_t pid_;
};

std::vector<pid_t> family_of(pid_t process) {
    auto all = children_of(process);
    for (const pid_t child : children_of(process)) {
        const auto theirs = family_of(child);
        all.insert(all.end(), theirs.begin(), theirs.end());
    }
    return all;
}

/// The shell has started all that it will.
std::vector<pid_t> whole_family_of(const Shell& shell, std::size_t count) {
    REQUIRE(wait_until([&] { return family_of(shell.pid()).size() == count; }));
    return family_of(shell.pid());
}

}  // namespace

TEST_CASE("all that a process has started is killed, however deep") {
    Shell shell("sleep 300 & (sleep 300; true) & sh -c 'sleep 300 & wait' & wait");
    const auto family = whole_family_of(shell, 5);

    const Descendants descendants(shell.pid(), Deadline::never());
    shell.end();
    descendants.kill();

    CHECK(descendants.count() == 5);
    for (const pid_t pid : family) CHECK(wait_until([&] { return !tests::is_alive(pid); }));
}

TEST_CASE("a process without children is left in peace, one with some waits for its end") {
    Shell alone("exec sleep 300");
    Shell parent("sleep 300 & wait");
    const auto family = whole_family_of(parent, 1);

    const Descendants none(alone.pid(), Deadline::never());
    const Descendants one(parent.pid(), Deadline::never());

    CHECK(none.count() == 0);
    CHECK(tests::status_of(alone.pid(), "State").find('T') == std::string::npos);
    CHECK(one.count() == 1);
    for (const pid_t pid : {parent.pid(), family[0]}) {
        CHECK(wait_until([&] { return tests::status_of(pid, "State").starts_with("T"); }));
    }
}

TEST_CASE("those of a process that is gone are none") {
    Shell shell("exec sleep 300");
    const pid_t pid = shell.pid();
    shell.end();

    CHECK(Descendants(pid, Deadline::never()).count() == 0);
}

TEST_CASE("when the time is over there is no more looking") {
    Shell shell("sleep 300 & sleep 300 & wait");
    static_cast<void>(whole_family_of(shell, 2));

    CHECK(Descendants(shell.pid(), Deadline::at({})).count() == 0);
}

TEST_CASE("children are found without the kernel's lists of them as well") {
    Shell shell("sleep 300 & sleep 300 & wait");
    static_cast<void>(whole_family_of(shell, 2));

    auto listed = children_of(shell.pid());
    auto searched = children_by_parent(shell.pid());

    std::ranges::sort(listed);
    std::ranges::sort(searched);
    CHECK(listed == searched);
    CHECK(parent_of(listed.at(0)) == shell.pid());
}
