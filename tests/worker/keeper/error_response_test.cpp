#include "worker/keeper/error_response.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

const ErrorResponse late{.status = 504,
                         .detail = "the request exceeded its limit",
                         .limit_name = "timeout",
                         .limit = 300ms,
                         .id = "r-1",
                         .keep_alive = true};

/// With the date taken out, which is 29 characters long.
std::string written(const ErrorResponse& answer) {
    std::array<char, 2048> memory;
    const auto size = write_response(answer, memory).size;
    std::string text(memory.data(), size);
    const auto date = text.find("Date: ");
    REQUIRE(date != std::string::npos);
    REQUIRE(text.substr(date + 6 + 29, 2) == "\r\n");
    return text.erase(date, 6 + 29 + 2);
}

constexpr std::string_view text_body =
    "504 Gateway Timeout\nthe request exceeded its limit\nrequest r-1\n";
constexpr std::string_view problem_body =
    R"({"type":"about:blank","title":"Gateway Timeout","status":504,)"
    R"("detail":"the request exceeded its limit","request_id":"r-1",)"
    R"("limit":"timeout","limit_ms":300})"
    "\n";

std::string text_head(std::string_view connection = {}) {
    std::string head(
        "HTTP/1.1 504 Gateway Timeout\r\nServer: curfew\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\n"
        "Curfew-Limit: timeout=300ms\r\nX-Request-Id: r-1\r\n"
        "Content-Length: ");
    head.append(std::to_string(text_body.size())).append("\r\n");
    return head.append(connection).append("\r\n");
}

}  // namespace

TEST_CASE("an error is a text that says what, which limit and which request") {
    CHECK(written(late) == text_head() + std::string(text_body));
}

TEST_CASE("for programs it is a problem") {
    auto answer = late;
    answer.json = true;

    CHECK(written(answer) ==
          "HTTP/1.1 504 Gateway Timeout\r\nServer: curfew\r\n"
          "Content-Type: application/problem+json\r\nRetry-After: 1\r\n"
          "Curfew-Limit: timeout=300ms\r\nX-Request-Id: r-1\r\nContent-Length: " +
              std::to_string(problem_body.size()) + "\r\n\r\n" + std::string(problem_body));
}

TEST_CASE("without a limit no word of one") {
    ErrorResponse answer{.status = 502, .detail = "it has died", .id = "r-2", .keep_alive = true};
    CHECK(written(answer) ==
          "HTTP/1.1 502 Bad Gateway\r\nServer: curfew\r\n"
          "Content-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\nX-Request-Id: r-2\r\n"
          "Content-Length: 40\r\n\r\n502 Bad Gateway\nit has died\nrequest r-2\n");
    answer.json = true;
    CHECK(written(answer).ends_with(
        "\r\n\r\n"
        R"({"type":"about:blank","title":"Bad Gateway","status":502,"detail":"it has died",)"
        R"("request_id":"r-2"})"
        "\n"));
}

TEST_CASE("to HEAD it is the same head, and no body") {
    auto answer = late;
    answer.head = true;
    CHECK(written(answer) == text_head());
    std::array<char, 2048> memory;
    CHECK(write_response(answer, memory).body == 0);
    CHECK(write_response(late, memory).body == text_body.size());
}

TEST_CASE("whether the connection goes on is said where it is not understood by itself") {
    auto answer = late;
    answer.keep_alive = false;
    CHECK(written(answer) == text_head("Connection: close\r\n") + std::string(text_body));
    answer.http_1_1 = false;
    CHECK(written(answer) == text_head("Connection: close\r\n") + std::string(text_body));
    answer.keep_alive = true;
    CHECK(written(answer) == text_head("Connection: keep-alive\r\n") + std::string(text_body));
}

TEST_CASE("what does not fit is left out, and nothing is written beyond") {
    std::array<char, 2048> whole;
    const auto size = write_response(late, whole).size;
    for (const std::size_t room : {std::size_t{0}, std::size_t{1}, std::size_t{100}, size - 1}) {
        CAPTURE(room);
        std::array<char, 2048> memory;
        memory.fill('#');

        const auto cut = write_response(late, std::span(memory).first(room));

        CHECK(cut.size == room);
        CHECK(memory[room] == '#');
    }
    const std::string long_word(3000, 'x');
    auto wordy = late;
    wordy.detail = long_word;
    std::array<char, 2048> memory;
    CHECK(write_response(wordy, memory).size < memory.size());
}

TEST_CASE("browsers, curl and most libraries get text") {
    for (const std::string_view accept :
         {"",     // Go, netcat
          "*/*",  // curl, Python requests, fetch()
          "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
          "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",      // Chromium
          "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",  // Firefox, Safari
          "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",             // Java
          "text/plain, application/json", "application/json;q=0", "application/json;q=0.0, */*",
          "application/json;q=0.2, text/plain;q=0.3", "image/png", ",", ";q=1", "q=1,,;"}) {
        CAPTURE(accept);
        CHECK_FALSE(prefers_json(accept));
    }
}

TEST_CASE("who asks for JSON first, or more, gets it") {
    for (const std::string_view accept :
         {"application/json", "application/problem+json", "Application/JSON",
          "application/json, text/plain, */*",               // axios
          "application/json, text/javascript, */*; q=0.01",  // jQuery
          "application/json, */*;q=0.5",                     // HTTPie
          "application/json; charset=utf-8", "text/html;q=0.4, application/json;q=0.5",
          " application/json ,text/html;q=0.999", "application/json;version=1;q=0.9, */*;q=0.8",
          "text/html ; Q=0.1 , application/json ; Q=0.2"}) {
        CAPTURE(accept);
        CHECK(prefers_json(accept));
    }
}

TEST_CASE("a field is found by its name, whatever its case and place") {
    constexpr std::string_view head =
        "GET /accept:x HTTP/1.1\r\nHost: a:80\r\nAccept-Encoding: gzip\r\n"
        "aCCEPT: \t text/html, */*;q=0.8 \t\r\nEmpty:\r\nX:y\r\n\r\nAccept2: z\r\n";
    CHECK(field_of(head, "Accept") == "text/html, */*;q=0.8");
    CHECK(field_of(head, "host") == "a:80");
    CHECK(field_of(head, "x") == "y");
    CHECK(field_of(head, "Empty").empty());
    CHECK(field_of(head, "Accept-").empty());
    CHECK(field_of(head, "GET /accept").empty());
    CHECK(field_of(head, "Accept2").empty());  // the body's, not the head's
    CHECK(field_of("", "Accept").empty());
    CHECK(field_of("GET / HTTP/1.1\r\n", "Accept").empty());
}
