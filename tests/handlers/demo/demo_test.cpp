#include "handlers/demo/basics.h"
#include "handlers/demo/calls.h"
#include "handlers/demo/delay.h"
#include "handlers/demo/json.h"
#include "handlers/demo/stream.h"

#include "tests/handlers/allocations.h"
#include "tests/handlers/test_request.h"
#include "tests/support/temporary_directory.h"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace curfew;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body()); }

/// The status that `handler` refuses with, 0 if it does not.
int refused(Response (*handler)(const Request&), const TestRequest& request) {
    try {
        static_cast<void>(handler(request));
        return 0;
    } catch (const HttpError& error) {
        return error.status();
    }
}

Router demo_router() {
    Router router;
    routes(router);
    return router;
}

}  // namespace

TEST_CASE("the demo's index links to every route of the demo") {
    const auto router = demo_router();
    std::vector<std::pair<std::string_view, std::string>> params;
    const auto page = body_of((*router.match("GET", "/", params).route)(TestRequest()));

    std::set<const Route*> linked;
    constexpr std::string_view start = "<a href=\"";
    for (auto at = page.find(start); at != std::string::npos; at = page.find(start, at + 1)) {
        const auto target = at + start.size();
        const auto path = page.substr(target, page.find_first_of("\"?", target) - target);
        const auto match = router.match("GET", path, params);
        CAPTURE(path);
        REQUIRE(match.route);
        CHECK(page.find(" " + match.route->pattern() + "</small>") != std::string::npos);
        linked.insert(match.route);
    }

    for (const auto& route : router.routes()) {
        const bool listed = route->method() == "GET" || route->method() == "*";
        // Without DEMO_FILES there is no file that a link could lead to.
        const bool has_link = route->pattern() != "/" && route->pattern() != "/file/*path";
        if (listed) CHECK(linked.count(route.get()) == (has_link ? 1 : 0));
    }
}

TEST_CASE("the demo's index links to a file if there is one, and to none that needs escaping") {
    const TemporaryDirectory directory;
    ::setenv("DEMO_FILES", directory.path().c_str(), 1);
    CHECK(demo::example_file().empty());
    for (const auto* const name : {".hidden", "<b>.txt", "a b.txt", "%41"}) {
        directory.write(name, "");
    }
    CHECK(demo::example_file().empty());
    directory.write("notes.txt", "");
    CHECK(demo::example_file() == "notes.txt");
    directory.write("index.html", "");
    CHECK(demo::example_file() == "index.html");
    ::setenv("DEMO_FILES", "/nonexistent", 1);
    CHECK(demo::example_file().empty());
    ::unsetenv("DEMO_FILES");
    CHECK(demo::example_file().empty());
}

TEST_CASE("the demo's index needs nothing from elsewhere") {
    const auto router = demo_router();
    std::vector<std::pair<std::string_view, std::string>> params;
    const auto page = body_of((*router.match("GET", "/", params).route)(TestRequest()));

    for (const auto* const elsewhere : {"://", "src=", "url(", "@import", "<script"}) {
        CAPTURE(elsewhere);
        CHECK(page.find(elsewhere) == std::string::npos);
    }
    CHECK(page.ends_with("</html>\n"));
}

TEST_CASE("the demo's own limits are in its configuration, where options can be seen to work") {
    const auto router = demo_router();
    for (const auto& route : router.routes()) {
        CAPTURE(route->pattern());
        CHECK_FALSE(route->harakiri().has_value());
        CHECK_FALSE(route->within().has_value());
    }
}

TEST_CASE("the demo's index begins with the pages that explain themselves") {
    const auto router = demo_router();
    std::vector<std::pair<std::string_view, std::string>> params;
    const auto page = body_of((*router.match("GET", "/", params).route)(TestRequest()));

    const auto lab = page.find("<a href=\"/lab\">");
    const auto strategies = page.find("<a href=\"/strategies\">");
    CHECK(page.find("<a href=") == std::min(lab, strategies));
    CHECK(page.find("<a href=", std::min(lab, strategies) + 1) == std::max(lab, strategies));
}

TEST_CASE("hello allocates nothing") {
    const TestRequest request;

    const auto before = allocations();
    const auto response = demo::hello(request);
    const auto after = allocations();

    CHECK(after == before);
    CHECK(response.status() == 200);
}

TEST_CASE("hello says hello") {
    const auto response = demo::hello(TestRequest());
    CHECK(body_of(response) == "Hello, world!\n");
    CHECK(response.content_type() == "text/plain; charset=utf-8");
}

TEST_CASE("echo gives back method, target, fields and body, octet by octet") {
    const std::string_view body("\0\r\n\xff z", 6);
    const auto request =
        TestRequest("PURGE", "/echo?a=%20").header("Host", "h").header("x-EMPTY", "").body(body);

    CHECK(body_of(demo::echo(request)) ==
          "PURGE /echo?a=%20\nHost: h\nx-EMPTY: \n\n" + std::string(body));
}

TEST_CASE("status answers with that status") {
    CHECK(demo::status(TestRequest().param("code", "418")).status() == 418);
    CHECK(body_of(demo::status(TestRequest().param("code", "404"))) == "404 Not Found\n");
    for (const auto* const code : {"204", "304"}) {
        const auto response = demo::status(TestRequest().param("code", code));
        CHECK(response.status() == std::stoi(code));
        CHECK(body_of(response).empty());
        CHECK(response.content_type().empty());
    }
}

TEST_CASE("status refuses what no handler may answer") {
    for (const auto* const code :
         {"199", "600", "100", "0", "-200", "abc", "200x", " 200", "+200"}) {
        CAPTURE(code);
        CHECK(refused(demo::status, TestRequest().param("code", code)) == 400);
    }
}

TEST_CASE("bytes are as many as asked for, and the same for the same seed") {
    const auto get = [](const char* n, const char* target) {
        return body_of(demo::bytes(TestRequest("GET", target).param("n", n)));
    };

    CHECK(get("0", "/").empty());
    CHECK(get("13", "/").size() == 13);
    CHECK(get("64", "/?seed=1") == get("64", "/?seed=1"));
    CHECK(get("64", "/?seed=1") != get("64", "/?seed=2"));
    CHECK(get("64", "/") != get("64", "/"));
    CHECK(get("64", "/?seed=1").substr(0, 13) == get("13", "/?seed=1"));
}

TEST_CASE("bytes refuses too many and what is no number") {
    for (const auto* const n : {"104857601", "-1", "1e3", "99999999999999999999999"}) {
        CAPTURE(n);
        CHECK(refused(demo::bytes, TestRequest().param("n", n)) == 400);
    }
    CHECK(refused(demo::bytes, TestRequest("GET", "/?seed=x").param("n", "1")) == 400);
}

TEST_CASE("a stream is so many lines of JSON") {
    auto response = demo::stream_lines(TestRequest().param("n", "2"));
    auto& next = std::get<Chunks>(response.body());

    CHECK(next() == "{\"id\": 0}\n");
    CHECK(next() == "{\"id\": 1}\n");
    CHECK_FALSE(next());
    CHECK_FALSE(next());
}

TEST_CASE("a stream refuses too many lines and too long an interval") {
    const auto with_interval = [](const char* target) {
        return refused(demo::stream_lines, TestRequest("GET", target).param("n", "1"));
    };

    CHECK(refused(demo::stream_lines, TestRequest().param("n", "100001")) == 400);
    CHECK(with_interval("/?interval=100ms") == 0);
    CHECK(with_interval("/?interval=100") == 0);
    CHECK(with_interval("/?interval=10001") == 400);
    CHECK(with_interval("/?interval=-1") == 400);
    CHECK(with_interval("/?interval=1s") == 400);
}

TEST_CASE("delay describes the request as httpbin does") {
    const auto request = TestRequest("POST", "/delay/0?a=1&b=2&b=3")
                             .param("seconds", "0")
                             .header("Host", "example.com:8000")
                             .header("X-Quote", "\"")
                             .body("some\ndata");

    CHECK(body_of(demo::delay(request)) ==
          R"({"args": {"a": "1", "b": ["2", "3"]}, "data": "some\ndata", "files": {}, "form": {}, )"
          R"("headers": {"Host": "example.com:8000", "X-Quote": "\""}, "origin": "127.0.0.1", )"
          R"("url": "http://example.com:8000/delay/0?a=1&b=2&b=3"})"
          "\n");
}

TEST_CASE("delay takes a form apart") {
    const auto request =
        TestRequest("POST", "/delay/0")
            .param("seconds", "0.0")
            .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .body("q=a+b");

    const auto body = body_of(demo::delay(request));

    CHECK(body.find(R"("form": {"q": "a b"})") != std::string::npos);
    CHECK(body.find(R"("data": "")") != std::string::npos);
}

TEST_CASE("delay knows the peer of every kind of socket") {
    const auto origin = [](std::string_view peer) {
        auto request = TestRequest().param("seconds", "0");
        request.parts().peer = peer;
        const auto body = body_of(demo::delay(request));
        const auto start = body.find("\"origin\": \"") + 11;
        return body.substr(start, body.find('"', start) - start);
    };

    CHECK(origin("127.0.0.1:40112") == "127.0.0.1");
    CHECK(origin("[::1]:40112") == "::1");
    CHECK(origin("unix") == "unix");
}

TEST_CASE("delay refuses what is no time") {
    for (const auto* const seconds : {"", "abc", "-1", "nan", "inf", "1s", "1,5", "1e99"}) {
        CAPTURE(seconds);
        CHECK(refused(demo::delay, TestRequest().param("seconds", seconds)) == 400);
    }
}

TEST_CASE("a refusal says what was expected") {
    try {
        static_cast<void>(demo::delay(TestRequest().param("seconds", "abc")));
        FAIL("not refused");
    } catch (const HttpError& error) {
        CHECK(error.what() == std::string("the delay in seconds is a number from 0 to 86400"));
    }
}

TEST_CASE("files come from below the directory that the environment names") {
    const TemporaryDirectory directory;
    directory.write("a.txt", "a");
    const auto request = TestRequest().param("path", "a.txt");

    ::unsetenv("DEMO_FILES");
    CHECK(refused(demo::file_below, request) == 404);
    ::setenv("DEMO_FILES", directory.path().c_str(), 1);
    CHECK(refused(demo::file_below, request) == 0);
    CHECK(refused(demo::file_below, TestRequest().param("path", "../a.txt")) == 404);
    ::unsetenv("DEMO_FILES");
}

TEST_CASE("a strategy that this process cannot have is refused in words, not measured") {
    const auto by = [](const char* name) { return TestRequest().param("strategy", name); };

    CHECK(refused(demo::calls, by("deadline")) == 0);
    CHECK(refused(demo::calls, by("nothing")) == 400);
    CHECK(refused(demo::calls, by("process")) == 409);
    try {
        static_cast<void>(demo::calls(by("process")));
    } catch (const HttpError& error) {
        CHECK(std::string(error.what()).find("helpers") != std::string::npos);
    }
}

TEST_CASE("pid is this process's, and throw throws") {
    CHECK(body_of(demo::pid(TestRequest())) == std::to_string(::getpid()) + "\n");
    CHECK_THROWS_AS(static_cast<void>(demo::throw_error(TestRequest())), std::runtime_error);
}

TEST_CASE("strings become JSON, and what is not UTF-8 becomes the replacement character") {
    using demo::json_string;

    CHECK(json_string("") == R"("")");
    CHECK(json_string("a\"\\/\b\f\n\r\t\x01\x7f") ==
          "\"a\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0001\x7f\"");
    CHECK(json_string("\xc3\xbc\xe2\x82\xac\xf0\x9f\x95\xb0") ==
          "\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x95\xb0\"");
    CHECK(json_string(std::string_view("\0", 1)) == R"("\u0000")");
    for (const auto* const octet : {"\xff", "\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x95", "\xc0\xaf",
                                    "\xed\xa0\x80", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xf8"}) {
        CAPTURE(octet);
        const auto json = json_string(octet);
        CHECK(json.find("\\ufffd") == 1);
        for (const char c : json) CHECK(static_cast<unsigned char>(c) < 0x80);
    }
}
