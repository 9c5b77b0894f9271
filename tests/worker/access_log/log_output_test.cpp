#include "worker/access_log/log_output.h"

#include "tests/support/ends.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

using namespace curfew;
using namespace curfew::worker;
using namespace curfew::tests;

namespace {

Ends open_terminal() {
    UniqueFd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    UniqueFd slave(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(slave);
    return {std::move(master), std::move(slave)};
}

/// A line that says how long it is.
std::string line_of(std::size_t size) {
    auto line = std::to_string(size) + " ";
    line.resize(size - 1, 'x');
    return line + "\n";
}

bool is_whole(const std::string& line) { return line + "\n" == line_of(std::stoul(line)); }

/// The number of lines, each of which has to be whole; what is not ended is none.
std::size_t count_whole(const std::string& text) {
    std::istringstream lines(text);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line) && !lines.eof(); ++count) {
        CHECK(is_whole(line));
    }
    return count;
}

/// Writes until there is no room.
std::size_t fill(LogOutput& output, const std::string& line) {
    std::size_t lines = 0;
    while (output.write(line) == line.size()) ++lines;
    return lines;
}

/// Runs `action` in a child process, and returns its exit status.
template <typename Action>
int in_child(Action action) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(action());
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("nobody waits for a reader that does not read, and who shares the descriptor does") {
    for (auto* const open : {open_pipe, open_sockets, open_terminal}) {
        const auto ends = open();
        auto output = LogOutput::of(ends.writing.get());

        const auto written = fill(output, line_of(300));
        CHECK(errno == EAGAIN);
        auto text = take(ends);
        CHECK(output.write(line_of(300)) == 300);
        text += take(ends);

        CHECK(written > 5);
        CHECK(count_whole(text) == written + 1);
        CHECK((::fcntl(ends.writing.get(), F_GETFL) & O_NONBLOCK) == 0);
    }
}

TEST_CASE("nobody waits for a pipe of another user's either") {
    const auto ends = open_pipe();
    ::fchmod(ends.writing.get(), 0);

    const auto status = in_child([&] {
        if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;
        auto output = LogOutput::of(ends.writing.get());
        const auto short_ones = fill(output, line_of(300));
        if (errno != EAGAIN || short_ones < 5) return 2;
        const auto text = take(ends);
        if (text.size() != short_ones * 300) return 3;
        const auto line = line_of(100'000);
        if (output.write(line) != line.size() || output.settled()) return 4;
        auto long_one = take(ends);
        if (output.write(line_of(10)) != 10) return 5;
        return long_one + take(ends) == line + line_of(10) ? 0 : 6;
    });

    CHECK(status == 0);
    CHECK((::fcntl(ends.writing.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("a line that is too long for the pipe is finished before the next, by whomever") {
    const auto ends = open_pipe();
    auto one = LogOutput::of(ends.writing.get());
    auto other = LogOutput::of(ends.writing.get());
    const auto line = line_of(100'000);

    CHECK(one.write(line) == line.size());
    CHECK_FALSE(one.settled());
    CHECK(other.write(line_of(10)) == 0);
    auto text = take(ends);
    CHECK(other.write(line_of(10)) == 10);
    CHECK(one.settled());
    text += take(ends);

    CHECK(text == line + line_of(10));
}

TEST_CASE("lines of any length are whole, whoever writes to a pipe that is read slowly") {
    auto ends = open_pipe();
    constexpr int writers = 4;
    constexpr std::size_t each = 100;
    std::array<pid_t, writers> pids{};
    (void)LogOutput::of(ends.writing.get());  // before the first fork
    for (int writer = 0; writer < writers; ++writer) {
        pids[static_cast<std::size_t>(writer)] = ::fork();
        if (pids[static_cast<std::size_t>(writer)] != 0) continue;
        auto output = LogOutput::of(ends.writing.get());
        const auto give_up = Deadline::in(std::chrono::seconds(60));
        for (std::size_t i = 0; i < each; ++i) {
            const auto line = line_of(i % 3 == 0 ? 5000 + i * 400 : 20 + i);
            while (output.write(line) == 0) {
                if (give_up.passed()) ::_exit(1);
                output.await_room(give_up);
            }
        }
        while (!output.settled() && output.write({}) == 0) output.await_room(give_up);
        ::_exit(0);
    }
    ends.writing.reset();

    std::string text;
    std::array<char, 3000> part;
    ssize_t size = 0;
    while ((size = ::read(ends.reading.get(), part.data(), part.size())) > 0) {
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    for (const auto pid : pids) {
        int status = 0;
        ::waitpid(pid, &status, 0);
        CHECK(status == 0);
    }

    CHECK(count_whole(text) == writers * each);
}

TEST_CASE("a file that cannot grow has whole lines only") {
    const TemporaryDirectory directory;
    const auto path = (directory.path() / "log").string();

    const auto status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{.rlim_cur = 10'000, .rlim_max = RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto output = LogOutput::open(path.c_str());
        if (fill(output, line_of(300)) != 33 || errno != ENOSPC) return 1;
        // Of several lines so many as there is room for.
        if (output.write(line_of(50) + line_of(40) + line_of(70)) != 90) return 2;
        limit.rlim_cur = RLIM_INFINITY;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        return output.write(line_of(70)) == 70 ? 0 : 3;
    });

    CHECK(status == 0);
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    CHECK(text.size() == 33 * 300 + 50 + 40 + 70);
    CHECK(count_whole(text) == 36);
}

TEST_CASE("a turn that is never ended lapses") {
    const auto ends = open_pipe();
    struct stat status {};
    ::fstat(ends.writing.get(), &status);
    auto& share = LogShare::of(status);
    auto output = LogOutput::of(ends.writing.get());
    const auto turn = share.take_turn();
    REQUIRE(turn != 0);

    CHECK(share.take_turn() == 0);
    CHECK(output.write(line_of(10)) == 0);
    CHECK(tests::wait_until([&] { return output.write(line_of(10)) == 10; }));

    const auto next = share.take_turn();
    share.end_turn(turn);  // by the one that was late
    CHECK(share.take_turn() == 0);
    share.end_turn(next);
    CHECK(take(ends) == line_of(10));
}

TEST_CASE("whoever goes on with a rest too late finds none, rather than what lies behind it") {
    struct stat any {};
    auto& share = LogShare::of(any);
    share.keep_rest(1, "rest\n");
    share.drop_from_rest(3);  // one who is stopped before it can say so
    share.drop_from_rest(5);  // another, whose turn it has become, has written all of it

    CHECK(share.rest(1).empty());
}
