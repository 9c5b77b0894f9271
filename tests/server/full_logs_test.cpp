#include "handlers/base/unique_fd.h"
#include "tests/support/load.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace curfew;
using namespace curfew::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// A pipe that is the server's standard output, and its access log.
struct Output {
    UniqueFd reading;
    UniqueFd writing;

    Output() {
        std::array<int, 2> ends{};
        checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
        reading.reset(ends[0]);
        writing.reset(ends[1]);
    }

    [[nodiscard]] Setup setup(std::vector<std::string> flags) {
        flags.insert(flags.end(),
                     {"--access-logfile", "-", "--access-log-format", "%(U)s?%(q)s %(s)s"});
        return {.flags = std::move(flags), .app = test_app("naps"), .before_exec = [this] {
                    ::dup2(writing.get(), STDOUT_FILENO);
                }};
    }

    /// All of it, until nobody has it open any more.
    [[nodiscard]] std::string read() {
        writing.reset();
        std::string text;
        std::array<char, 65536> part;
        ssize_t size = 0;
        while ((size = ::read(reading.get(), part.data(), part.size())) > 0) {
            text.append(part.data(), static_cast<std::size_t>(size));
        }
        return text;
    }
};

/// So that a few hundred requests fill any buffer.
std::string long_target() { return "/hello?" + std::string(3500, 'x'); }

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

/// How many lines of the access log are lost, as the server says at its end.
int lost_lines(const std::string& log) {
    if (contains(log, "1 line is lost in all")) return 1;
    const auto at = log.find(" lines are lost in all");
    if (at == std::string::npos) return 0;
    const auto begin = log.rfind(' ', at - 1) + 1;
    return std::stoi(log.substr(begin, at - begin));
}

/// Whether the process has that file open.
bool holds(pid_t pid, const std::filesystem::path& path) {
    const auto files = std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd");
    return std::any_of(begin(files), end(files), [&](const auto& file) {
        std::error_code ignored;
        return std::filesystem::read_symlink(file.path(), ignored) == path;
    });
}

/// How often the process has written to anything.
long writes_of(pid_t pid) {
    const auto io = read_file("/proc/" + std::to_string(pid) + "/io");
    return std::stol(io.substr(io.find("syscw: ") + 7));
}

}  // namespace

TEST_CASE("an access log that nobody reads keeps nobody waiting, and what is lost is counted") {
    for (const std::string kind : {"sync", "threads", "fiber"}) {
        CAPTURE(kind);
        Output output;
        const Server server(
            output.setup({"--worker-class", kind, "--threads", kind == "threads" ? "4" : "1",
                          "--timeout", "1s", "--circuit-breaker", "0"}));
        const auto target = long_target();

        const auto tally = run_load(server, target, 4, 150);
        CHECK(tally.answered == 600);
        CHECK(server.get("/spin?time=60000").status == 504);
        CHECK(run_load(server, target, 4, 25).answered == 100);

        std::string text;
        std::thread reader([&] { text = output.read(); });
        CHECK(server.get("/hello?last").status == 200);
        server.signal(SIGTERM);
        const bool stopped = server.logs("] stopped");
        reader.join();
        CHECK(stopped);

        const auto lines = lines_of(text);
        for (const auto& line : lines) {
            const bool is_whole = line == target + " 200" || line == "/hello?last 200" ||
                                  line == "/spin?time=60000 504";
            CHECK(is_whole);
        }
        CHECK(text.ends_with("\n"));
        const auto lost = lost_lines(server.log());
        CHECK(lost > 0);
        CHECK(static_cast<int>(lines.size()) + lost == 702);
    }
}

TEST_CASE("a server whose access log nobody reads stops at once") {
    Output output;
    const Server server(output.setup({"--graceful-timeout", "60s"}));
    CHECK(run_load(server, long_target(), 2, 300).answered == 600);
    const auto start = Clock::now();

    server.signal(SIGTERM);

    CHECK(server.logs("] stopped"));
    CHECK(Clock::now() - start < 20s);
    CHECK(server.logs(" lost: nobody has read it in time"));
}

TEST_CASE("handlers that log go on when nobody reads the error log") {
    const Server server({.flags = {"--error-logfile", "error"}, .workers = 2});
    const auto log = server.directory() / "error";
    const auto old = server.directory() / "old";
    const auto url = server.url();
    std::filesystem::rename(log, old);
    REQUIRE(::mkfifo(log.c_str(), 0644) == 0);
    server.signal(SIGUSR1);
    // The master and each worker open it, for nobody reads it.
    for (const auto pid : server.workers(2)) {
        CHECK(wait_until([&] { return holds(pid, log); }));
    }

    Client client(url);
    int answered = 0;
    for (int i = 0; i < 1000; ++i) answered += client.get("/throw").status == 500 ? 1 : 0;

    CHECK(answered == 1000);
    std::filesystem::rename(old, log);
}

TEST_CASE("a reader of the error log that has gone costs lines, and no time") {
    const Server server({.flags = {"--error-logfile", "error"}, .workers = 1});
    const auto log = server.directory() / "error";
    const auto old = server.directory() / "old";
    const auto url = server.url();
    std::filesystem::rename(log, old);
    REQUIRE(::mkfifo(log.c_str(), 0644) == 0);
    UniqueFd reader(::open(log.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    server.signal(SIGUSR1);
    // A worker that opened it later, without a reader, would be one.
    for (const auto pid : {server.master(), server.worker()}) {
        REQUIRE(wait_until([&] { return holds(pid, log); }));
    }
    reader.reset();

    server.signal(SIGUSR2);  // a line
    CHECK(Client(url).get("/hello").status == 200);
    const auto before = writes_of(server.master());
    std::this_thread::sleep_for(300ms);

    CHECK(writes_of(server.master()) - before < 20);
    CHECK(Client(url).get("/hello").status == 200);
    std::filesystem::rename(old, log);
}

TEST_CASE("lines longer than a pipe takes at once are whole, from however many workers") {
    Output output;
    auto setup = output.setup({"--limit-request-line", "60k"});
    setup.workers = 4;
    const Server server(std::move(setup));
    const auto target = "/hello?" + std::string(20'000, 'x');
    std::string text;
    std::thread reader([&] { text = output.read(); });

    const auto tally = run_load(server, target, 4, 50);
    server.signal(SIGTERM);
    const bool stopped = server.logs("] stopped");
    reader.join();

    CHECK(stopped);
    CHECK(tally.answered == 200);
    const auto lines = lines_of(text);
    CHECK(static_cast<int>(lines.size()) + lost_lines(server.log()) == 200);
    CHECK(std::ranges::all_of(lines, [&](const auto& line) { return line == target + " 200"; }));
}

TEST_CASE("lines are whole also when there is no error log") {
    const Server server({.flags = {"--limit-request-line", "60k", "--error-logfile", "none",
                                   "--bind", "unix:socket", "--access-logfile", "fifo",
                                   "--access-log-format", "%(U)s?%(q)s %(s)s"},
                         .app = test_app("naps"),
                         .workers = 4,
                         .bind = {},
                         .before_exec = [] { ::mkfifo("fifo", 0644); }});
    const auto url = "unix:" + (server.directory() / "socket").string();
    REQUIRE(wait_until([&] { return std::filesystem::exists(server.directory() / "socket"); }));
    REQUIRE(server.workers(4).size() == 4);
    const auto target = "/hello?" + std::string(20'000, 'x');
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            for (int request = 0; request < 15; ++request) (void)Client(url).get(target);
        });
    }
    for (auto& client : clients) client.join();
    Output output;
    output.writing.reset();
    output.reading.reset(::open((server.directory() / "fifo").c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::thread reader([&] { text = output.read(); });

    server.signal(SIGTERM);
    CHECK(wait_until([&] { return server.ended(); }));
    reader.join();

    const auto lines = lines_of(text);
    CHECK(lines.size() > 3);
    CHECK(std::ranges::all_of(lines, [&](const auto& line) { return line == target + " 200"; }));
}

TEST_CASE("on a full disk the logs have whole lines only, and go on when there is room") {
    std::vector<std::string> wrapper{"unshare", "--mount", "--fork", "--kill-child"};
    if (::geteuid() != 0) wrapper.emplace_back("--map-root-user");
    wrapper.insert(wrapper.end(),
                   {"sh", "-c",
                    "mkdir full && mount -t tmpfs -o size=64k none full && head -c 40000 /dev/zero "
                    ">full/rest && exec \"$@\"",
                    "sh"});
    const Server server(
        {.flags = {"--access-logfile", "full/access", "--access-log-format", "%(U)s?%(q)s %(s)s"},
         .app = test_app("naps"),
         .wrapper = wrapper});
    const auto target = "/hello?" + std::string(1000, 'x');
    const auto view = "/proc/" + std::to_string(server.master()) + "/root" +
                      (server.directory() / "full").string();
    const auto log = [&] { return read_file(view + "/access"); };

    CHECK(run_load(server, target, 2, 25).answered == 50);
    const auto when_full = log();
    std::ofstream(view + "/rest", std::ios::trunc) << "";
    CHECK(server.get("/hello?last").status == 200);
    CHECK(wait_until([&] { return contains(log(), "/hello?last 200\n"); }));

    CHECK(when_full.ends_with("\n"));
    CHECK(lines_of(when_full).size() < 50);
    CHECK(wait_until([&] { return lines_of(log()).size() == 51; }));
    for (const auto& line : lines_of(log())) {
        const bool is_whole = line == target + " 200" || line == "/hello?last 200";
        CHECK(is_whole);
    }
}
