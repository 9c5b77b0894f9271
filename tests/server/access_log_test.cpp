#include "handlers/unique_fd.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <regex>
#include <string>

using namespace curfew;
using namespace curfew::tests;

namespace {

Server logging(const std::string& format, int workers = 1) {
    return Server({.flags = {"--access-logfile", "access.log", "--access-log-format", format},
                   .workers = workers});
}

/// The log, once it has so many lines. A line may be later than its response.
std::string lines(const Server& server, std::size_t number, const char* file = "access.log") {
    CHECK(wait_until([&] { return count(server.read(file), "\n") >= number; }));
    return server.read(file);
}

bool matches(const std::string& text, const std::string& pattern) {
    return std::regex_match(text, std::regex(pattern));
}

}  // namespace

TEST_CASE("the log is in the combined format by default") {
    const Server server({.flags = {"--access-logfile", "access.log"}});

    CHECK(server.get("/hello?a=1", "Referer: http://r/\r\nUser-Agent: me/1\r\n").status == 200);

    const auto line = lines(server, 1);
    CAPTURE(line);
    CHECK(matches(line, R"(127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] )"
                        R"("GET /hello\?a=1 HTTP/1\.1" 200 14 "http://r/" "me/1"\n)"));
}

TEST_CASE("every letter of gunicorn's has its value") {
    const auto server = logging(
        "%(h)s|%(l)s|%(u)s|%(r)s|%(m)s|%(U)s|%(q)s|%(H)s|%(s)s|%(B)s|%(b)s|%(f)s|%(a)s|%(T)s|"
        "%(M)s|%(D)s|%(L)s|%(p)s|%({x-mine}i)s|%({content-type}o)s|%({x-request-id}o)s|%%");

    CHECK(server.get("/status/404?q=1", "X-Mine: yes\r\nX-Request-Id: id-1\r\n").status == 404);

    const auto line = lines(server, 1);
    CAPTURE(line);
    CHECK(matches(line, R"(127\.0\.0\.1\|-\|-\|GET /status/404\?q=1 HTTP/1\.1\|GET\|/status/404\|)"
                        R"(q=1\|HTTP/1\.1\|404\|14\|14\|-\|-\|0\|\d+\|\d+\|0\.\d{6}\|<\d+>\|yes\|)"
                        R"(text/plain[^|]*\|id-1\|%\n)"));
    CHECK(contains(line, "<" + std::to_string(server.worker()) + ">"));
}

TEST_CASE("a log that cannot be opened any more costs no worker that replaces another") {
    const Server server({.flags = {"--access-logfile", "logs/access"},
                         .workers = 1,
                         .before_exec = [] { std::filesystem::create_directory("logs"); }});
    CHECK(server.get("/hello").status == 200);
    std::filesystem::rename(server.directory() / "logs", server.directory() / "old");

    CHECK(server.get("/crash/segv").status == 502);

    CHECK(server.get("/hello").status == 200);
    CHECK(server.logs("access log: opening logs/access: No such file or directory; this worker's"));
}

TEST_CASE("a FIFO is a log whether somebody reads it or not") {
    const Server server({.flags = {"--access-logfile", "fifo"}, .workers = 1, .before_exec = [] {
                             ::mkfifo("fifo", 0644);
                         }});
    CHECK(server.get("/hello").status == 200);

    const auto path = server.directory() / "fifo";
    const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    CHECK(server.get("/hello").status == 200);

    std::array<char, 4096> text{};
    CHECK(wait_until([&] { return ::read(reader.get(), text.data(), text.size()) > 0; }));
    CHECK(contains(text.data(), "\"GET /hello HTTP/1.1\" 200 14"));
}

TEST_CASE("an error log that has become a FIFO nobody reads keeps the master from nothing") {
    const Server server({.flags = {"--error-logfile", "error"}, .workers = 1});
    const auto url = server.url();
    const auto log = server.directory() / "error";
    std::filesystem::rename(log, server.directory() / "old");
    REQUIRE(::mkfifo(log.c_str(), 0644) == 0);

    server.signal(SIGUSR1);

    for (int i = 0; i < 3; ++i) CHECK(Client(url).get("/crash/segv").status == 502);
    CHECK(Client(url).get("/hello").status == 200);
    std::filesystem::rename(server.directory() / "old", log);
}

TEST_CASE("the duration is the handler's") {
    const auto server = logging("%(M)s");

    CHECK(server.get("/delay/0.3").status == 200);

    CHECK(std::stoi(lines(server, 1)) >= 300);
}

TEST_CASE("the log can be JSON") {
    const auto server = logging("json");

    CHECK(server.get("/hello", "X-Request-Id: abc\r\nUser-Agent: a\"b\\c\xff\r\n").status == 200);

    const auto line = lines(server, 1);
    CAPTURE(line);
    CHECK(line.starts_with("{\"time\":\""));
    CHECK(line.ends_with("}\n"));
    CHECK(contains(line, R"("id":"abc","method":"GET","target":"/hello","protocol":"HTTP/1.1",)"
                         R"("status":200,"bytes":14,)"));
    CHECK(contains(line, R"("user_agent":"a\"b\\c\u00ff")"));
}

TEST_CASE("a client cannot write lines or quotes of its own into the log") {
    for (const auto* const format : {"\"%(r)s\" \"%(a)s\" \"%({x-mine}i)s\"", "json"}) {
        CAPTURE(format);
        const auto server = logging(format);

        CHECK(server.get("/hello", "User-Agent: \" 200 \"\t\x7f\x1f\x9b\r\n").status == 400);
        CHECK(server.get("/hello", "User-Agent: \" 200 \"\t\x9b\r\nX-Mine: \"\\\r\n").status ==
              200);
        Client client(server);
        client.send("GET /\x1b[31m\"\n\nfake\r\n\r\n");
        CHECK(client.read_reply().status == 400);

        const auto log = lines(server, 3);
        CAPTURE(log);
        CHECK(count(log, "\n") == 3);
        CHECK(std::ranges::all_of(log, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
        // Each quote that the client sent has a backslash before it.
        CHECK_FALSE(contains(log, " \" 200"));
    }
}

TEST_CASE("refused and unfinished requests are logged too") {
    const auto server = logging("%(r)s %(s)s");
    Client client(server);

    client.send("GET /hello HTTP/3.7\r\n\r\n");

    CHECK(client.read_reply().status == 505);
    CHECK(lines(server, 1) == "GET /hello HTTP/3.7 505\n");
}

TEST_CASE("of what is refused before it is all there the log has the request line") {
    for (const std::string format : {"%(r)s %(s)s", "json"}) {
        CAPTURE(format);
        const auto server = logging(format);
        Client large(server);
        Client unfinished(server);

        large.send("GET /large HTTP/1.1\r\nX-Large: " + std::string(100'000, 'x'));
        CHECK(large.read_reply().status == 431);
        unfinished.send("GET /unfinished HTTP/1.1\r\nbad field\r\n\r\n");
        CHECK(unfinished.read_reply().status == 400);

        const auto text = lines(server, 2);
        CHECK(contains(text, format == "json"
                                 ? R"("target":"/large","protocol":"HTTP/1.1","status":431)"
                                 : "GET /large HTTP/1.1 431\n"));
    }
}

TEST_CASE("SIGUSR1 opens both logs anew") {
    const Server server(
        {.flags = {"--access-logfile", "access.log", "--error-logfile", "error.log"},
         .workers = 1,
         // The harness reads where the server listens from this name.
         .before_exec = [] { std::filesystem::create_symlink("error", "error.log"); }});
    const auto& directory = server.directory();
    CHECK(server.get("/hello").status == 200);
    REQUIRE(contains(lines(server, 1), "/hello"));
    std::filesystem::rename(directory / "access.log", directory / "access.1");
    std::filesystem::remove(directory / "error.log");

    server.signal(SIGUSR1);
    // The master makes the files; until the worker has heard, it writes to the old ones.
    REQUIRE(wait_until([&] { return std::filesystem::exists(directory / "access.log"); }));
    REQUIRE(wait_until(
        [&] { return server.get("/hello").status == 200 && !server.read("access.log").empty(); }));
    CHECK(server.get("/throw").status == 500);

    CHECK(wait_until([&] { return contains(server.read("access.log"), "/throw"); }));
    CHECK_FALSE(contains(server.read("access.1"), "/throw"));
    CHECK(wait_until([&] { return contains(server.read("error.log"), "the handler threw"); }));
    server.signal(SIGTTIN);
    CHECK(wait_until([&] { return contains(server.read("error.log"), "2 workers from now on"); }));
}

TEST_CASE("the lines of several workers stay whole") {
    const auto server = logging("%(m)s %(U)s %(s)s", 4);

    for (int i = 0; i < 200; ++i) CHECK(server.get("/hello").status == 200);

    const auto log = lines(server, 200);
    CHECK(count(log, "GET /hello 200\n") == 200);
    CHECK(log.size() == 200 * std::string("GET /hello 200\n").size());
}

TEST_CASE("standard output can be the log") {
    const Server server({.flags = {"--access-logfile", "-", "--access-log-format", "%(U)s"}});

    CHECK(server.get("/hello").status == 200);

    CHECK(lines(server, 1, "out") == "/hello\n");
}
