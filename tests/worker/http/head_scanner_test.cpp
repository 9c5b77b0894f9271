#include "worker/http/head_scanner.h"

#include "tests/worker/http/reading.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::worker;

namespace {

using Section = HeadScanner::Section;

/// "ok 18 first:GET ..." for a section that is complete, "refused 400", or "more".
std::string scan(const Options& options, Section section, const Pieces& pieces) {
    HeadScanner scanner(options);
    scanner.restart(section);
    std::string input;
    for (const auto piece : pieces) {
        input.append(piece);
        const auto size = scanner.scan(input);
        if (scanner.refusal()) return "refused " + std::to_string(scanner.refusal().status);
        if (size == 0) continue;
        std::string text = "ok " + std::to_string(size);
        if (section == Section::head) text.append(" ").append(scanner.first_line(input));
        return text;
    }
    return "more";
}

void check_every_cut(const Options& options, Section section, std::string_view input,
                     const std::string& expected) {
    for (const auto& pieces : every_cut(input)) {
        const auto first = pieces.front().size();
        CAPTURE(first);
        REQUIRE(scan(options, section, pieces) == expected);
    }
}

Options small_limits() {
    Options options;
    options.limit_request_line = 20;
    options.limit_request_field_size = 10;
    options.limit_request_fields = 3;
    return options;
}

}  // namespace

TEST_CASE("a head ends with its empty line, and the scanner says where") {
    check_every_cut({}, Section::head, "line\r\n\r\n", "ok 8 line");
    check_every_cut({}, Section::head, "line\r\na\r\nb:c\r\n\r\n", "ok 16 line");
    check_every_cut({}, Section::head, "\r\n\r\nline\r\n\r\n", "ok 12 line");
}

TEST_CASE("what follows a section does not matter to the scanner") {
    CHECK(scan({}, Section::head, {"line\r\n\r\n\n\r\0junk"}) == "ok 8 line");
    CHECK(scan({}, Section::trailers, {"\r\n\n\r\0junk"}) == "ok 2");
}

TEST_CASE("a section without its empty line is not complete") {
    for (const std::string_view input :
         {"", "\r", "\r\n", "\r\n\r\n", "line", "line\r", "line\r\n", "line\r\n\r", "line\r\nx",
          "line\r\nx\r\n", "line\r\nx\r\n\r"}) {
        CAPTURE(input);
        CHECK(scan({}, Section::head, {input}) == "more");
    }
    for (const std::string_view input : {"", "\r", "x", "x\r\n", "x\r\n\r"}) {
        CAPTURE(input);
        CHECK(scan({}, Section::trailers, {input}) == "more");
    }
}

TEST_CASE("trailers may be none, and have no empty lines before them") {
    check_every_cut({}, Section::trailers, "\r\n", "ok 2");
    check_every_cut({}, Section::trailers, "a:b\r\n\r\n", "ok 7");
    CHECK(scan({}, Section::trailers, {"\r\na:b\r\n\r\n"}) == "ok 2");
}

TEST_CASE("a line that does not end with CRLF is refused") {
    for (const std::string_view input :
         {"\n", "line\n", "line\n\r\n", "line\r\n\n", "line\r\nx\n\r\n", "\r\n\nline\r\n\r\n"}) {
        CAPTURE(input);
        check_every_cut({}, Section::head, input, "refused 400");
    }
    check_every_cut({}, Section::trailers, "\n", "refused 400");
    check_every_cut({}, Section::trailers, "x\n", "refused 400");
}

TEST_CASE("a CR without its LF, or a NUL, is refused") {
    using namespace std::string_view_literals;
    for (const auto input : {"\rline\r\n"sv, "li\rne\r\n"sv, "line\r\r\n"sv, "\r\r\n"sv,
                             "line\r\nx\ry\r\n"sv, "li\0ne\r\n"sv, "line\r\nx\0\r\n"sv}) {
        CAPTURE(input);
        check_every_cut({}, Section::head, input, "refused 400");
    }
    check_every_cut({}, Section::trailers, "x\0\r\n"sv, "refused 400");
    check_every_cut({}, Section::trailers, "x\ry\r\n", "refused 400");
}

TEST_CASE("no line but the first may begin with a blank") {
    for (const std::string_view input :
         {"line\r\n x\r\n", "line\r\n\tx\r\n", "line\r\nx\r\n \r\n"}) {
        CAPTURE(input);
        check_every_cut({}, Section::head, input, "refused 400");
    }
    check_every_cut({}, Section::trailers, " x\r\n", "refused 400");
    // That a request line begins with no blank is not for the scanner to say.
    check_every_cut({}, Section::head, " line\r\n\r\n", "ok 9  line");
}

TEST_CASE("four empty lines may precede a head") {
    check_every_cut({}, Section::head, "\r\n\r\n\r\n\r\nx\r\n\r\n", "ok 13 x");
    check_every_cut({}, Section::head, "\r\n\r\n\r\n\r\n\r\n", "refused 400");
}

TEST_CASE("a request line may be as long as the limit and no longer") {
    const std::string fits(20, 'a');
    check_every_cut(small_limits(), Section::head, fits + "\r\n\r\n", "ok 24 " + fits);
    check_every_cut(small_limits(), Section::head, "\r\n" + fits + "\r\n\r\n", "ok 26 " + fits);
    check_every_cut(small_limits(), Section::head, fits + "a\r\n", "refused 414");
    check_every_cut(small_limits(), Section::head, fits + "aaaaa\n", "refused 414");
}

TEST_CASE("a method that is too long is not the target's fault") {
    Options options;
    CHECK(scan(options, Section::head, {std::string(9000, 'a')}) == "refused 501");
    CHECK(scan(options, Section::head, {std::string(9000, 'a') + " / HTTP/1.1\r\n"}) ==
          "refused 501");
    CHECK(scan(options, Section::head, {std::string(9000, '\x16')}) == "refused 400");
    CHECK(scan(options, Section::head, {"GET /" + std::string(9000, 'a')}) == "refused 414");
    CHECK(scan(options, Section::head, {"GET /" + std::string(8000, 'a')}) == "more");
}

TEST_CASE("a line without an end is refused once it is too long") {
    CHECK(scan(small_limits(), Section::head, {std::string(21, 'a')}) == "more");
    CHECK(scan(small_limits(), Section::head, {std::string(22, 'a')}) == "refused 414");
    CHECK(scan(small_limits(), Section::head, {"x\r\n" + std::string(11, 'a')}) == "more");
    CHECK(scan(small_limits(), Section::head, {"x\r\n" + std::string(12, 'a')}) == "refused 431");
    CHECK(scan(small_limits(), Section::trailers, {std::string(12, 'a')}) == "refused 431");
}

TEST_CASE("a field may be as long as the limit and no longer") {
    check_every_cut(small_limits(), Section::head, "x\r\na:34567890\r\n\r\n", "ok 17 x");
    check_every_cut(small_limits(), Section::head, "x\r\na:345678901\r\n\r\n", "refused 431");
    check_every_cut(small_limits(), Section::trailers, "a:34567890\r\n\r\n", "ok 14");
    check_every_cut(small_limits(), Section::trailers, "a:345678901\r\n\r\n", "refused 431");
}

TEST_CASE("there may be as many fields as the limit and no more") {
    check_every_cut(small_limits(), Section::head, "x\r\na\r\nb\r\nc\r\n\r\n", "ok 14 x");
    check_every_cut(small_limits(), Section::head, "x\r\na\r\nb\r\nc\r\nd\r\n\r\n", "refused 431");
    check_every_cut(small_limits(), Section::trailers, "a\r\nb\r\nc\r\n\r\n", "ok 11");
    check_every_cut(small_limits(), Section::trailers, "a\r\nb\r\nc\r\nd\r\n\r\n", "refused 431");
}

TEST_CASE("a scanner that is used again remembers nothing") {
    const auto options = small_limits();
    HeadScanner scanner(options);
    scanner.restart(Section::head);
    CHECK(scanner.scan("\r\nfirst\r\na\r\nb\r\nc\r\n\r\n") == 20);
    scanner.restart(Section::trailers);
    CHECK(scanner.scan("a\r\nb\r\nc\r\n\r\n") == 11);
    scanner.restart(Section::head);
    CHECK(scanner.scan("\n") == 0);
    CHECK(scanner.refusal());
    scanner.restart(Section::head);
    CHECK_FALSE(scanner.refusal());
    CHECK(scanner.leading() == 0);
    CHECK(scanner.scan("x\r\n\r\n") == 5);
    CHECK(scanner.first_line("x\r\n\r\n") == "x");
}
