#include "handlers/backends/configure.h"
#include "handlers/backends/http.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/http_server.h"
#include "tests/support/peer.h"
#include "tests/support/servers.h"

#include <doctest/doctest.h>

namespace curfew::tests {

using namespace std::chrono_literals;
using Kind = BackendError::Kind;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// "/next" leads to "/next" without an end, "/once" to "/".
std::string lead(const std::string& request) {
    if (request.starts_with("GET /next")) return response("", "302 Found", "Location: /next\r\n");
    if (request.starts_with("GET /file")) {
        return response("", "302 Found", "Location: file:///etc/hostname\r\n");
    }
    if (has(request, " /once")) return response("", "302 Found", "Location: /\r\nX-Hop: 1\r\n");
    return response("arrived", "200 OK", "X-End: 1\r\n");
}

}  // namespace

TEST_CASE("a request says what it was told to, and the response comes back whole") {
    const Peer server(http_talk(echo));
    http::Options options;
    options.headers.set("X-Name", "value");
    options.headers.set("X-Empty", "");

    const auto got = http::get("http://" + server.address() + "/a?b=c", options);
    const auto posted = http::post("http://" + server.address() + "/p", "some body");
    const auto put = http::put("http://" + server.address() + "/p", "");
    const auto deleted = http::del("http://" + server.address() + "/p");
    const auto patched = http::request("PATCH", "http://" + server.address() + "/p", "x");

    CHECK(got.status == 200);
    CHECK(got.body.starts_with("GET /a?b=c HTTP/1.1\r\n"));
    CHECK(has(got.body, "\r\nX-Name: value\r\n"));
    CHECK(has(got.body, "\r\nX-Empty:\r\n"));
    CHECK(has(got.body, "\r\nUser-Agent: curfew\r\n"));
    CHECK(posted.body.starts_with("POST /p HTTP/1.1\r\n"));
    CHECK(has(posted.body, "\r\nContent-Length: 9\r\n"));
    CHECK(posted.body.ends_with("\r\n\r\nsome body"));
    CHECK(!has(posted.body, "Content-Type"));
    CHECK(!has(posted.body, "Expect"));
    CHECK(put.body.starts_with("PUT /p HTTP/1.1\r\n"));
    CHECK(has(put.body, "\r\nContent-Length: 0\r\n"));
    CHECK(deleted.body.starts_with("DELETE /p HTTP/1.1\r\n"));
    CHECK(patched.body.starts_with("PATCH /p HTTP/1.1\r\n"));
}

TEST_CASE("a response of any status is a response, with its fields") {
    const Peer server(http_talk(
        [](const auto&) { return response("gone", "410 Gone", "X-A: 1\r\nX-A:  2 \r\n"); }));

    const auto reply = http::get("http://" + server.address() + "/");

    CHECK(reply.status == 410);
    CHECK(reply.body == "gone");
    CHECK(*reply.headers.find("x-a") == "1");
    CHECK(std::next(reply.headers.begin())->value == "2");
}

TEST_CASE("HEAD has the fields and no body") {
    const Peer server(http_talk([](const auto&) {
        return std::string("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    }));

    const auto reply = http::request("HEAD", "http://" + server.address() + "/");

    CHECK(*reply.headers.find("Content-Length") == "1000");
    CHECK(reply.body.empty());
}

TEST_CASE("a large body goes and comes back unharmed") {
    const Peer server(http_talk(echo));
    std::string body(3 << 20, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7);

    const auto reply = http::post("http://" + server.address() + "/", body);

    CHECK(reply.body.ends_with(body));
}

TEST_CASE("connections are kept, each for its server") {
    const Peer one(http_talk(echo));
    const Peer other(http_talk(echo));

    for (int i = 0; i < 3; ++i) {
        static_cast<void>(http::get("http://" + one.address() + "/"));
        static_cast<void>(http::get("http://" + other.address() + "/"));
    }

    CHECK(one.connections() == 1);
    CHECK(other.connections() == 1);
}

TEST_CASE("the pool can be off") {
    BackendOptions options = real_servers();
    options.http.pool = 0;
    const Configured configured(options);
    const Peer server(http_talk(echo));

    for (int i = 0; i < 3; ++i) static_cast<void>(http::get("http://" + server.address() + "/"));

    CHECK(server.connections() == 3);
}

TEST_CASE("what is left of the caller's time goes along, under a name that can be changed") {
    const Peer server(http_talk(echo));
    const ContextScope scope(Deadline::in(4500ms));

    const auto usual = http::get("http://" + server.address() + "/");
    BackendOptions options = real_servers();
    options.http.timeout_header = "X-Left";
    const Configured configured(options);
    const auto renamed = http::get("http://" + server.address() + "/");

    CHECK(has(usual.body, "\r\nRequest-Timeout: 4."));
    CHECK(has(renamed.body, "\r\nX-Left: 4."));
    CHECK(!has(renamed.body, "Request-Timeout"));
}

TEST_CASE("redirects are followed for GET, and what comes is the last response") {
    const Peer server(http_talk(lead));

    const auto reply = http::get("http://" + server.address() + "/once");

    CHECK(reply.status == 200);
    CHECK(reply.body == "arrived");
    CHECK(reply.headers.find("X-End") != nullptr);
    CHECK(reply.headers.find("X-Hop") == nullptr);
}

TEST_CASE("a redirect is the response of other methods, and where none are wanted") {
    const Peer server(http_talk(lead));

    CHECK(http::post("http://" + server.address() + "/once", "x").status == 302);
    CHECK(http::get("http://" + server.address() + "/once", {.redirects = 0}).status == 302);
}

TEST_CASE("redirects end, and do not lead to files") {
    const Peer server(http_talk(lead));

    const auto endless =
        attempt([&] { (void)http::get("http://" + server.address() + "/next", {.redirects = 3}); });
    const auto file = attempt([&] { (void)http::get("http://" + server.address() + "/file"); });

    CHECK(endless.kind == Kind::protocol);
    CHECK(file.kind == Kind::protocol);
}

TEST_CASE("a response larger than allowed is an error, in its body or in its head") {
    BackendOptions options = real_servers();
    options.http.limit_response = 10'000;
    const Configured configured(options);
    const Peer body(http_talk([](const auto&) { return response(std::string(10'000, 'x')); }));
    const Peer head(http_talk([](const auto&) {
        return response("", "200 OK", "X-A: " + std::string(10'000, 'x') + "\r\n");
    }));
    const Peer fits(http_talk([](const auto&) { return response(std::string(9'000, 'x')); }));

    const auto of_body = attempt([&] { (void)http::get("http://" + body.address() + "/"); });
    const auto of_head = attempt([&] { (void)http::get("http://" + head.address() + "/"); });

    CHECK(of_body.kind == Kind::protocol);
    CHECK(of_body.message == "http " + body.address() + ": the response is larger than allowed");
    CHECK(of_head.kind == Kind::protocol);
    CHECK(http::get("http://" + fits.address() + "/").body.size() == 9'000);
}

TEST_CASE("what is no URL, no method or no field is refused before anything is sent") {
    for (const auto* url : {"", "/path", "127.0.0.1/", "file:///etc/hostname", "ftp://a/",
                            "http://a/ b", "http://a/\r\nX: y", "http://"}) {
        CAPTURE(url);
        CHECK_THROWS_AS((void)http::get(url), std::invalid_argument);
    }
    CHECK_THROWS_AS((void)http::request("GET /x HTTP/1.1\r\nA:", "http://127.0.0.1:1/"),
                    std::invalid_argument);
}

TEST_CASE("failures have a kind, and name the upstream but not the password") {
    const ClosedPort closed;
    const Peer nonsense([](int connection) {
        (void)receive(connection);
        send_all(connection, "SSH-2.0-OpenSSH\r\n\r\n");
    });
    const Peer cut(http_talk([](const auto&) { return std::string(); }));
    const Peer half([](int connection) {
        (void)receive(connection);
        send_all(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    });

    const auto refused =
        attempt([&] { (void)http::get("http://user:secret@" + closed.address() + "/"); });

    CHECK(refused.kind == Kind::refused);
    CHECK(refused.message == "http " + closed.address() + ": connection refused");
    CHECK(attempt([&] { (void)http::get("http://" + nonsense.address()); }).kind == Kind::protocol);
    CHECK(attempt([&] { (void)http::get("http://" + cut.address()); }).kind == Kind::protocol);
    CHECK(attempt([&] { (void)http::get("http://" + half.address()); }).kind == Kind::protocol);
}

}  // namespace curfew::tests
