#include "handlers/base/unique_fd.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

TEST_CASE("the words for no log and for standard streams are no files") {
    for (const std::string word : {"none", "off", "None", ""}) {
        CAPTURE(word);
        const Server server({.flags = {"--access-logfile=" + word}, .workers = 1});
        CHECK(server.get("/hello").status == 200);
        if (!word.empty()) CHECK_FALSE(std::filesystem::exists(server.directory() / word));
        CHECK(server.read("out").empty());
        CHECK_FALSE(contains(server.log(), "/hello"));
    }
    for (const std::string word : {"stdout", "stderr", "-", "/dev/stdout", "/dev/stderr"}) {
        CAPTURE(word);
        const Server server(
            {.flags = {"--access-logfile", word, "--access-log-format", "got %(U)s"},
             .workers = 1});
        CHECK(server.get("/hello").status == 200);
        const std::string stream = contains(word, "err") ? "error" : "out";
        CHECK(wait_until([&] { return contains(server.read(stream), "got /hello\n"); }));
        if (!word.starts_with('/')) CHECK_FALSE(std::filesystem::exists(server.directory() / word));
    }
    const Server file({.flags = {"--access-logfile", "./none"}, .workers = 1});
    CHECK(file.get("/hello").status == 200);
    CHECK(contains(lines(file, 1, "none"), "/hello"));
}

TEST_CASE("the error log may go to standard output, or nowhere") {
    const Server quiet({.flags = {"--error-logfile", "stdout"},
                        .workers = 1,
                        // The harness reads where the server listens from this name.
                        .before_exec = [] {
                            std::filesystem::remove("error");
                            std::filesystem::create_symlink("out", "error");
                        }});
    CHECK(contains(quiet.read("out"), "listening on"));
    const Server silent({.flags = {"--error-logfile", "none", "--check-config"}});
    CHECK(silent.exit_status() == 0);
}

namespace {

/// A locale whose months and numbers are nobody's. Made by localedef of sources of our own, since a
/// small system has neither locales nor their sources. Its warnings of what is missing are
/// expected.
void make_locale() {
    std::ofstream charmap("map");
    charmap << "<code_set_name> OURS\n<comment_char> %\n<escape_char> /\nCHARMAP\n";
    for (int i = 0; i < 128; ++i) {
        char line[32];
        charmap.write(line, std::snprintf(line, sizeof line, "<U%04X> /x%02x .\n", i, i));
    }
    charmap << "END CHARMAP\n";
    charmap.close();
    std::string months;
    for (char c = 'a'; c <= 'l'; ++c)
        months += std::string(c == 'a' ? "" : ";") + "\"Odd" + c + '"';
    std::ofstream source("source");
    source << "LC_TIME\nabday \"1\";\"2\";\"3\";\"4\";\"5\";\"6\";\"7\"\n"
              "day \"1\";\"2\";\"3\";\"4\";\"5\";\"6\";\"7\"\n"
           << "abmon " << months << "\nmon " << months
           << "\nd_t_fmt \"%a\"\nd_fmt \"%d\"\nt_fmt \"%H\"\nam_pm \"\";\"\"\nt_fmt_ampm \"\"\n"
              "END LC_TIME\nLC_NUMERIC\ndecimal_point \",\"\nthousands_sep \".\"\ngrouping 3;3\n"
              "END LC_NUMERIC\n";
    source.close();
    std::filesystem::create_directory("locales");
    (void)!std::system("localedef -c -i source -f map locales/odd_ODD 2> localedef.log");
    ::setenv("LOCPATH", "locales", 1);
}

}  // namespace

TEST_CASE("a locale that a handler sets changes neither months nor numbers in the log") {
    for (const std::string format : {"%(t)s %(L)s %(U)s", "json"}) {
        CAPTURE(format);
        const Server server(
            {.flags = {"--access-logfile", "access.log", "--access-log-format", format},
             .app = test_app("environment"),
             .workers = 1,
             .before_exec = make_locale});
        REQUIRE(server.get("/locale/odd_ODD").body.starts_with("Odd"));

        CHECK(server.get("/hello").body == "Hello, world!\n");

        const auto log = lines(server, 2);
        CAPTURE(log);
        CHECK_FALSE(contains(log, "Odd"));
        const auto expected =
            format == "json"
                ? R"([^]*"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}"[^]*"seconds":0\.\d{6}[^]*)"
                : R"([^]*\n\[\d\d/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}(:\d\d){3} )"
                  R"([+-]\d{4}\] 0\.\d{6} /hello\n)";
        CHECK(matches(log, expected));
    }
}
