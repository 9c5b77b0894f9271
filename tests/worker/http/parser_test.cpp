#include "worker/http/parser.h"

#include "tests/worker/http/messages.h"
#include "tests/worker/http/reading.h"

#include <doctest/doctest.h>

#include <string>

namespace doctest {

template <>
struct StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& results) {
        std::string text;
        for (const auto& result : results) text.append("\n  ").append(result.substr(0, 200));
        return text.c_str();
    }
};

}  // namespace doctest

using namespace curfew;
using namespace curfew::worker;

namespace {

using Results = std::vector<std::string>;

constexpr std::string_view get = "GET /next HTTP/1.1\r\nHost: n\r\n\r\n";

/// Checks that the input gives these results, however it arrives.
void check_every_cut(const Options& options, std::string_view input, const Results& expected) {
    for (const auto& pieces : every_cut(input)) {
        const auto first = pieces.front().size();
        CAPTURE(first);
        REQUIRE(read_all(options, pieces) == expected);
    }
}

std::string with_body(std::string_view fields, std::string_view body) {
    return std::string("POST / HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n").append(body);
}

std::string chunked(std::string_view body) {
    return with_body("Transfer-Encoding: chunked\r\n", body);
}

}  // namespace

TEST_CASE("a good request is read the same however it is cut") {
    for (const auto& message : good_messages()) {
        CAPTURE(message.what);
        check_every_cut({}, message.bytes, {std::string(message.gives)});
    }
}

TEST_CASE("a good request is read the same before and after another") {
    for (const auto& message : good_messages()) {
        CAPTURE(message.what);
        const auto input = std::string(get).append(message.bytes).append(get);
        check_every_cut({}, input,
                        {"GET /next 1.1 keep [Host=n]", std::string(message.gives),
                         "GET /next 1.1 keep [Host=n]"});
    }
}

TEST_CASE("a request that is not all there is unfinished") {
    for (const auto& message : good_messages()) {
        CAPTURE(message.what);
        for (std::size_t size = 1; size < message.bytes.size(); ++size) {
            CAPTURE(size);
            REQUIRE(read_all({}, {message.bytes.substr(0, size)}) == Results{"unfinished"});
        }
    }
}

TEST_CASE("a bad head is refused with its status, however it is cut") {
    for (const auto& message : bad_heads()) {
        CAPTURE(message.what);
        check_every_cut({}, message.bytes, {"refused " + std::to_string(message.status)});
    }
}

TEST_CASE("a bad body is refused with its status, however it is cut") {
    for (const auto& message : bad_bodies()) {
        CAPTURE(message.what);
        check_every_cut({}, message.bytes, {"refused " + std::to_string(message.status)});
    }
}

TEST_CASE("what follows a bad request is not read, what precedes it is") {
    for (const auto& message : bad_heads()) {
        CAPTURE(message.what);
        const auto input = std::string(get).append(message.bytes).append(get);
        check_every_cut(
            {}, input,
            {"GET /next 1.1 keep [Host=n]", "refused " + std::to_string(message.status)});
    }
}

TEST_CASE("a refused request has nothing of the one before it") {
    const Options options;
    Arena blocks;
    Parser parser(options, blocks);
    Buffer input(blocks);
    const auto feed = [&](std::string_view bytes) {
        const auto room = input.room();
        input.commit(bytes.copy(room.data(), room.size()));
        return parser.advance(input);
    };
    REQUIRE(feed("HEAD /old?q HTTP/1.1\r\nHost: a\r\nX-Request-Id: old\r\n\r\n") ==
            Parser::Progress::complete);
    parser.finish(input);

    REQUIRE(feed("nonsense\n") == Parser::Progress::refused);

    CHECK(parser.parts().method.empty());
    CHECK(parser.parts().target.empty());
    CHECK(parser.parts().path.empty());
    CHECK(parser.parts().query.empty());
    CHECK(parser.parts().id.empty());
    CHECK(parser.parts().fields.empty());
    CHECK(parser.facts().request_id.empty());
    CHECK(parser.first_line().empty());
}

TEST_CASE("that a request is HEAD is known as soon as its method is there") {
    const Options options;
    for (const auto& [bytes, is_head] : std::vector<std::pair<std::string, bool>>{
             {"HEAD", false},
             {"HEAD /", true},
             {"HEAD / HTTP/3.7\r\n\r\n", true},
             {"HEAD /a b HTTP/1.1\r\nHost: a\r\n\r\n", true},
             {"\r\nHEAD / HTTP/1.1\r\n folded\r\n", true},
             {"HEAD / HTTP/1.1\r\n\r\n", true},
             {"HEAD / HTTP/1.1\n", true},
             {"HEADS / HTTP/3.7\r\n\r\n", false},
             {"GET / HTTP/3.7\r\n\r\n", false},
         }) {
        CAPTURE(bytes);
        Arena blocks;
        Parser parser(options, blocks);
        Buffer input(blocks);
        input.commit(bytes.copy(input.room().data(), bytes.size()));
        (void)parser.advance(input);
        CHECK(parser.is_head() == is_head);
    }
}

TEST_CASE("the parts of the target are told apart") {
    const Options options;
    Arena blocks;
    Parser parser(options, blocks);
    Buffer input(blocks);
    constexpr std::string_view bytes = "GET http://b/x%20y?z HTTP/1.1\r\nHost: a\r\n\r\n";
    input.commit(bytes.copy(input.room().data(), bytes.size()));

    REQUIRE(parser.advance(input) == Parser::Progress::complete);

    CHECK(parser.parts().target == "http://b/x%20y?z");
    CHECK(parser.parts().path == "/x%20y");
    CHECK(parser.parts().query == "z");
    CHECK(parser.first_line() == "GET http://b/x%20y?z HTTP/1.1");
}

TEST_CASE("a head stays readable while a large body arrives in many reads") {
    const std::string body(100'000, 'b');
    const std::string head_only =
        with_body("X: " + std::string(5000, 'x') +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                  "");
    const auto input = head_only + body + std::string(get);
    Pieces pieces;
    for (std::size_t at = 0; at < input.size(); at += 777) {
        pieces.push_back(std::string_view(input).substr(at, 777));
    }

    const auto results = read_all({}, pieces);

    const auto expected = "POST / 1.1 keep [Host=a] [X=" + std::string(5000, 'x') +
                          "] [Content-Length=100000] " + body;
    CHECK(results == Results{expected, "GET /next 1.1 keep [Host=n]"});
}

TEST_CASE("a body may be as large as the limit and no larger") {
    Options options;
    options.limit_request_body = 10;

    SUBCASE("by its length") {
        const auto fits = with_body("Content-Length: 10\r\n", "0123456789");
        check_every_cut(options, fits, {"POST / 1.1 keep [Host=a] [Content-Length=10] 0123456789"});
        const auto over = with_body("Content-Length: 11\r\n", "0123456789a");
        check_every_cut(options, over, {"refused 413"});
    }
    SUBCASE("in chunks") {
        const auto fits = chunked("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n");
        check_every_cut(options, fits,
                        {"POST / 1.1 keep [Host=a] [Transfer-Encoding=chunked] 0123456789"});
        const auto over = chunked("5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n");
        check_every_cut(options, over, {"refused 413"});
    }
    SUBCASE("before it is all there") {
        CHECK(read_all(options, {with_body("Content-Length: 11\r\n", "")}) ==
              Results{"refused 413"});
        CHECK(read_all(options, {chunked("b\r\n0123456789a")}) == Results{"refused 413"});
        CHECK(read_all(options, {chunked("b\r\n")}) == Results{"refused 413"});
        CHECK(read_all(options, {chunked("5\r\n01234\r\n6\r\n")}) == Results{"refused 413"});
        CHECK(read_all(options, {chunked("ffffffffffffffff\r\n")}) == Results{"refused 413"});
    }
}

TEST_CASE("trailers have the limits of fields") {
    Options options;
    options.limit_request_fields = 3;
    options.limit_request_field_size = 30;
    const auto trailers = [](int count, std::size_t size) {
        std::string text = "0\r\n";
        for (int i = 0; i < count; ++i) text.append("X:").append(size - 2, 'x').append("\r\n");
        return chunked(text + "\r\n");
    };
    const Results good = {"POST / 1.1 keep [Host=a] [Transfer-Encoding=chunked]"};

    check_every_cut(options, trailers(3, 30), good);
    check_every_cut(options, trailers(4, 30), {"refused 431"});
    check_every_cut(options, trailers(3, 31), {"refused 431"});
}

TEST_CASE("chunk extensions have a bound for the whole body") {
    const auto extension = [](std::size_t size) {
        return chunked("1;" + std::string(size, 'e') + "\r\nx\r\n0\r\n\r\n");
    };
    const Results good = {"POST / 1.1 keep [Host=a] [Transfer-Encoding=chunked] x"};

    SUBCASE("that holds at the same byte however they arrive") {
        // 8192 bytes for the body and 32 for the chunk, of which the size line's own 4 are some.
        for (const std::size_t size : {100U, 8000U, 8220U}) {
            CAPTURE(size);
            CHECK(read_all({}, {extension(size)}) == good);
            CHECK(read_all({}, byte_by_byte(extension(size))) == good);
        }
        for (const std::size_t size : {8221U, 9000U, 100'000U}) {
            CAPTURE(size);
            CHECK(read_all({}, {extension(size)}) == Results{"refused 413"});
            CHECK(read_all({}, byte_by_byte(extension(size))) == Results{"refused 413"});
        }
    }
    SUBCASE("that one without an end reaches too") {
        const auto endless = chunked("1;" + std::string(10'000, 'e'));
        CHECK(read_all({}, {endless}) == Results{"refused 413"});
    }
    SUBCASE("that many small chunks do not reach") {
        std::string chunks;
        for (int i = 0; i < 10'000; ++i) chunks.append("1;a=b\r\nx\r\n");
        const auto input = chunked(chunks + "0\r\n\r\n");
        const Results expected = {"POST / 1.1 keep [Host=a] [Transfer-Encoding=chunked] " +
                                  std::string(10'000, 'x')};
        CHECK(read_all({}, {input}) == expected);
        CHECK(read_all({}, byte_by_byte(input)) == expected);
    }
    SUBCASE("that many of them reach together") {
        std::string chunks;
        for (int i = 0; i < 200; ++i) {
            chunks.append("1;" + std::string(100, 'e') + "\r\nx\r\n");
        }
        const auto input = chunked(chunks + "0\r\n\r\n");
        CHECK(read_all({}, {input}) == Results{"refused 413"});
        CHECK(read_all({}, byte_by_byte(input)) == Results{"refused 413"});
    }
}

TEST_CASE("an expectation is told once, before the body") {
    const Options options;
    Arena blocks;
    Parser parser(options, blocks);
    Buffer input(blocks);
    const auto feed = [&](std::string_view bytes) {
        input.commit(bytes.copy(input.room().data(), bytes.size()));
        return parser.advance(input);
    };
    const auto head = with_body("Expect: 100-continue\r\nContent-Length: 2\r\n", "");

    SUBCASE("and not before the head is complete") {
        REQUIRE(feed(head.substr(0, head.size() - 1)) == Parser::Progress::more);
        CHECK_FALSE(parser.take_expectation());
        REQUIRE(feed(head.substr(head.size() - 1)) == Parser::Progress::more);
        CHECK(parser.take_expectation());
        CHECK_FALSE(parser.take_expectation());
        REQUIRE(feed("h") == Parser::Progress::more);
        CHECK_FALSE(parser.take_expectation());
    }
    SUBCASE("and not once the body comes unasked") {
        REQUIRE(feed(head + "h") == Parser::Progress::more);
        CHECK_FALSE(parser.take_expectation());
    }
    SUBCASE("and never to HTTP/1.0") {
        REQUIRE(feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n") ==
                Parser::Progress::more);
        CHECK_FALSE(parser.take_expectation());
    }
}

TEST_CASE("llhttp was built strict") { CHECK_NOTHROW(check_llhttp()); }
