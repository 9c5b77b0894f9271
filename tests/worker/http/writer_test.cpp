#include "worker/http/writer.h"

#include "handlers/http/date.h"
#include "tests/worker/http/writer_and_client.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

using namespace curfew;
using namespace curfew::worker;

namespace {

using Progress = Writer::Progress;

/// The head's lines, the Date field taken out after a look at it.
std::vector<std::string> head_lines(const std::string& message) {
    std::vector<std::string> lines;
    int dates = 0;
    for (std::size_t at = 0; at < message.size();) {
        const auto end = message.find("\r\n", at);
        REQUIRE(end != std::string::npos);
        auto line = message.substr(at, end - at);
        if (line.empty()) break;
        at = end + 2;
        if (line.starts_with("Date: ")) {
            CHECK(parse_http_date(line.substr(6)));
            ++dates;
        } else {
            lines.push_back(std::move(line));
        }
    }
    CHECK(dates == 1);
    return lines;
}

std::string body_of(const std::string& message) {
    return message.substr(message.find("\r\n\r\n") + 4);
}

bool has_line(const std::string& message, const std::string& line) {
    for (const auto& have : head_lines(message)) {
        if (have == line) return true;
    }
    return false;
}

bool has_field(const std::string& message, const std::string& name) {
    for (const auto& have : head_lines(message)) {
        if (have.starts_with(name + ":")) return true;
    }
    return false;
}

std::string numbered(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

UniqueFd file_of(std::string_view content) {
    UniqueFd fd = checked_fd(::memfd_create("body", MFD_CLOEXEC), "memfd_create");
    CHECK(::write(fd.get(), content.data(), content.size()) ==
          static_cast<ssize_t>(content.size()));
    return fd;
}

Response file_response(std::string_view content, std::int64_t offset, std::int64_t length) {
    Response response;
    response.body("text/plain", FileBody{file_of(content), offset, length});
    return response;
}

Chunks chunks_of(std::vector<std::string> pieces) {
    return [pieces = std::move(pieces), at = std::size_t{0}]() mutable {
        return at < pieces.size() ? std::optional(pieces[at++]) : std::nullopt;
    };
}

}  // namespace

TEST_CASE("a small response is whole and exact") {
    WriterAndClient exchange;

    const auto got = exchange.send(text("hello").header("X-A", "b"), {.id = "id-1"});

    CHECK(head_lines(got) == std::vector<std::string>{"HTTP/1.1 200 OK", "Server: curfew",
                                                      "Content-Type: text/plain; charset=utf-8",
                                                      "X-A: b", "X-Request-Id: id-1",
                                                      "Content-Length: 5"});
    CHECK(body_of(got) == "hello");
    CHECK(exchange.writer.keeps_alive());
    CHECK(exchange.writer.body_bytes() == 5);
}

TEST_CASE("an application's own Server, Content-Type and X-Request-Id stand alone") {
    WriterAndClient exchange;
    auto response = text("x");
    response.header("server", "mine").header("content-type", "a/b").header("x-request-id", "mine");

    const auto got = exchange.send(std::move(response), {.id = "ours"});

    CHECK(head_lines(got) == std::vector<std::string>{"HTTP/1.1 200 OK", "server: mine",
                                                      "content-type: a/b", "x-request-id: mine",
                                                      "Content-Length: 1"});
}

TEST_CASE("the connection field says what happens next, where the version does not") {
    WriterAndClient exchange;
    const auto said = [&](bool http_1_1, bool keep_alive) {
        const auto got = exchange.send(text("x"), {.http_1_1 = http_1_1, .keep_alive = keep_alive});
        CHECK(exchange.writer.keeps_alive() == keep_alive);
        if (has_line(got, "Connection: close")) return "close";
        if (has_line(got, "Connection: keep-alive")) return "keep-alive";
        CHECK_FALSE(has_field(got, "Connection"));
        return "nothing";
    };
    CHECK(said(true, true) == std::string("nothing"));
    CHECK(said(true, false) == std::string("close"));
    CHECK(said(false, true) == std::string("keep-alive"));
    CHECK(said(false, false) == std::string("close"));
}

TEST_CASE("a large body goes out in as many writes as it takes") {
    WriterAndClient exchange(4096);
    const auto body = numbered(3'000'000);

    const auto got = exchange.send(text(body), {});

    CHECK(exchange.times_blocked > 5);
    CHECK(body_of(got) == body);
    CHECK(has_line(got, "Content-Length: 3000000"));
    CHECK(exchange.writer.body_bytes() == body.size());
}

TEST_CASE("a body of any size arrives whole") {
    for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 100'000U}) {
        CAPTURE(size);
        WriterAndClient exchange;
        const auto body = numbered(size);
        const auto got = exchange.send(text(body), {});
        CHECK(body_of(got) == body);
        CHECK(has_line(got, "Content-Length: " + std::to_string(size)));
        CHECK(exchange.writer.body_bytes() == size);
    }
}

TEST_CASE("HEAD gets the head of GET and no body") {
    SUBCASE("of a small string") {
        WriterAndClient exchange;
        const auto got = exchange.send(text("hello"), {.head = true});
        CHECK(has_line(got, "Content-Length: 5"));
        CHECK(body_of(got).empty());
        CHECK(exchange.writer.body_bytes() == 0);
    }
    SUBCASE("of a large string") {
        WriterAndClient exchange;
        const auto got = exchange.send(text(numbered(5000)), {.head = true});
        CHECK(has_line(got, "Content-Length: 5000"));
        CHECK(body_of(got).empty());
        CHECK(exchange.writer.body_bytes() == 0);
    }
    SUBCASE("of a file") {
        WriterAndClient exchange;
        const auto got = exchange.send(file_response("hello", 0, 5), {.head = true});
        CHECK(has_line(got, "Content-Length: 5"));
        CHECK(body_of(got).empty());
        CHECK(exchange.writer.body_bytes() == 0);
    }
    SUBCASE("of a stream, which is not begun") {
        WriterAndClient exchange;
        bool begun = false;
        const auto got = exchange.send(stream("a/b",
                                              [&begun]() -> std::optional<std::string> {
                                                  begun = true;
                                                  return {};
                                              }),
                                       {.head = true});
        CHECK(has_line(got, "Transfer-Encoding: chunked"));
        CHECK_FALSE(has_field(got, "Content-Length"));
        CHECK(body_of(got).empty());
        CHECK_FALSE(begun);
    }
}

TEST_CASE("a status without content has neither body nor length") {
    for (const int status : {204, 304}) {
        CAPTURE(status);
        WriterAndClient exchange;
        const auto got = exchange.send(text("not this").status(status), {});
        CHECK_FALSE(has_field(got, "Content-Length"));
        CHECK_FALSE(has_field(got, "Transfer-Encoding"));
        CHECK_FALSE(has_field(got, "Content-Type"));
        CHECK(body_of(got).empty());
        CHECK(exchange.writer.keeps_alive());
        CHECK(exchange.writer.body_bytes() == 0);
    }
}

TEST_CASE("a status without content does not begin a stream") {
    WriterAndClient exchange;
    auto response = stream("a/b", chunks_of({"x"}));
    const auto got = exchange.send(std::move(response).status(304), {});
    CHECK(body_of(got).empty());
    CHECK_FALSE(has_field(got, "Transfer-Encoding"));
}

TEST_CASE("a file is sent from its offset for its length") {
    WriterAndClient exchange(4096);
    const auto content = numbered(2'500'000);

    const auto got = exchange.send(file_response(content, 100, 2'400'000), {});

    CHECK(body_of(got) == content.substr(100, 2'400'000));
    CHECK(has_line(got, "Content-Length: 2400000"));
    CHECK(exchange.times_blocked > 5);
    CHECK(exchange.writer.body_bytes() == 2'400'000);
}

TEST_CASE("a file that has shrunk fails, since its length was promised") {
    WriterAndClient exchange;
    auto response = file_response("hello", 0, 9);
    std::string received;

    exchange.writer.begin(response, {}, exchange.clock, exchange.scratch);
    const auto progress =
        exchange.go_on(exchange.writer.write(exchange.pair.server.get()), received);

    CHECK(progress == Progress::failed);
    CHECK(body_of(received) == "hello");
}

TEST_CASE("an empty file's head is not held back for a body") {
    WriterAndClient exchange;
    exchange.pair = make_tcp_pair();

    const auto got = exchange.send(file_response("", 0, 0), {});

    // Held back (MSG_MORE), it would come after 200 ms.
    CHECK(has_line(got, "Content-Length: 0"));
}

TEST_CASE("a stream is sent in chunks, of which empty ones are left out") {
    WriterAndClient exchange;
    const auto got =
        exchange.send(stream("a/b", chunks_of({"hello", "", std::string(26, 'x')})), {});

    CHECK(has_line(got, "Transfer-Encoding: chunked"));
    CHECK_FALSE(has_field(got, "Content-Length"));
    CHECK(body_of(got) == "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
    CHECK(exchange.writer.keeps_alive());
    CHECK(exchange.writer.body_bytes() == 31);
}

TEST_CASE("a stream to HTTP/1.0 ends with the connection") {
    WriterAndClient exchange;
    const auto got = exchange.send(stream("a/b", chunks_of({"hello", "", " world"})),
                                   {.http_1_1 = false, .keep_alive = true});

    CHECK_FALSE(has_field(got, "Transfer-Encoding"));
    CHECK_FALSE(has_field(got, "Content-Length"));
    CHECK(has_line(got, "Connection: close"));
    CHECK(body_of(got) == "hello world");
    CHECK_FALSE(exchange.writer.keeps_alive());
}

TEST_CASE("a large piece of a stream goes out in as many writes as it takes") {
    WriterAndClient exchange(4096);
    const auto piece = numbered(1'000'000);

    const auto got = exchange.send(stream("a/b", chunks_of({piece, piece})), {});

    CHECK(body_of(got) == "f4240\r\n" + piece + "\r\nf4240\r\n" + piece + "\r\n0\r\n\r\n");
    CHECK(exchange.times_blocked > 5);
}

TEST_CASE("writing to a client that has gone fails, without a signal") {
    WriterAndClient exchange;
    exchange.pair.client.reset();
    auto response = text("x");

    exchange.writer.begin(response, {}, exchange.clock, exchange.scratch);
    CHECK(exchange.writer.write(exchange.pair.server.get()) == Progress::failed);
}

TEST_CASE("one writer sends one response after the other, of any kind") {
    WriterAndClient exchange;
    for (int round = 0; round < 3; ++round) {
        CHECK(body_of(exchange.send(text("hello"), {})) == "hello");
        exchange.writer.reset(exchange.scratch);
        CHECK(body_of(exchange.send(stream("a/b", chunks_of({"x"})), {})) == "1\r\nx\r\n0\r\n\r\n");
        exchange.writer.reset(exchange.scratch);
        CHECK(body_of(exchange.send(file_response("file", 0, 4), {})) == "file");
        exchange.writer.reset(exchange.scratch);
        CHECK(body_of(exchange.send(Response(204), {})).empty());
        CHECK(exchange.writer.body_bytes() == 0);
        exchange.writer.reset(exchange.scratch);
    }
}
