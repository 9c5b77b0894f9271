#include "tests/worker/http/messages.h"

#include <string>

namespace curfew::worker {

using namespace std::string_view_literals;

namespace {

struct BadBody {
    std::string_view what;
    std::string_view chunks;
    int status = 400;
};

constexpr auto head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"sv;

// RFC 9112 section 7.1.
const std::vector<BadBody>& bad_chunks() {
    static const std::vector<BadBody> all = {
        {"a size that is no number", "g\r\nx\r\n0\r\n\r\n"},
        {"no size", "\r\nx\r\n0\r\n\r\n"},
        {"an extension without a size", ";a\r\nx\r\n0\r\n\r\n"},
        {"a negative size", "-1\r\nx\r\n0\r\n\r\n"},
        {"a size with a plus", "+1\r\nx\r\n0\r\n\r\n"},
        {"a size with 0x", "0x1\r\nx\r\n0\r\n\r\n"},
        {"a space before a size", " 1\r\nx\r\n0\r\n\r\n"},
        {"a space after a size", "1 \r\nx\r\n0\r\n\r\n"},
        {"a size beyond 64 bits", "10000000000000001\r\nx\r\n0\r\n\r\n"},
        {"a bare LF after a size", "1\nx\r\n0\r\n\r\n"},
        {"a bare CR after a size", "1\rx\r\n0\r\n\r\n"},
        {"a bare LF after an extension", "1;a\nx\r\n0\r\n\r\n"},
        {"a bare CR in an extension", "1;a\rb\r\nx\r\n0\r\n\r\n"},
        {"a NUL in an extension", "1;a\0\r\nx\r\n0\r\n\r\n"sv},
        {"a control character in an extension", "1;a=\x01\r\nx\r\n0\r\n\r\n"},
        {"no CRLF after the data", "1\r\nx0\r\n\r\n"},
        {"a bare LF after the data", "1\r\nx\n0\r\n\r\n"},
        {"a bare CR after the data", "1\r\nx\r0\r\n\r\n"},
        {"more data than the size says", "1\r\nxy\r\n0\r\n\r\n"},
        {"a bare LF after the last size", "0\n\r\n"},
        {"a bare LF at the end", "0\r\n\n"},
        {"a bare CR at the end", "0\r\n\rx\r\n\r\n"},
        {"a bare LF after a trailer", "0\r\nX: y\n\r\n"},
        {"a bare LF after the trailers", "0\r\nX: y\r\n\n"},
        {"a bare CR in a trailer", "0\r\nX: a\rb\r\n\r\n"},
        {"a NUL in a trailer", "0\r\nX: \0\r\n\r\n"sv},
        {"a folded trailer", "0\r\nX: y\r\n z\r\n\r\n"},
        {"a blank before the first trailer", "0\r\n X: y\r\n\r\n"},
        {"a trailer without a colon", "0\r\nX\r\n\r\n"},
        {"a trailer without a name", "0\r\n: y\r\n\r\n"},
        {"a space in a trailer's name", "0\r\nX : y\r\n\r\n"},
        {"a request instead of trailers", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"an extension without a name", "1;\r\nx\r\n0\r\n\r\n"},
        {"an extension that is a value alone", "1;=b\r\nx\r\n0\r\n\r\n"},
        {"an extension without its value", "1;a=\r\nx\r\n0\r\n\r\n"},
        {"an extension with two values", "1;a=b=c\r\nx\r\n0\r\n\r\n"},
        {"a blank after an extension", "1;a=b \r\nx\r\n0\r\n\r\n"},
        {"a name in quotes", "1;\"a\"=b\r\nx\r\n0\r\n\r\n"},
        {"a quoted value without its end", "1;a=\"b\r\nx\r\n0\r\n\r\n"},
        {"a quoted value with more behind it", "1;a=\"b\"c\r\nx\r\n0\r\n\r\n"},
        {"a bare LF in quotes", "1;a=\"b\nc\"\r\nx\r\n0\r\n\r\n"},
        {"a line's end in quotes", "1;a=\"b\r\n0\r\n\r\n\"\r\nx\r\n0\r\n\r\n"},
        {"an escaped line's end", "1;a=\"b\\\r\nc\"\r\nx\r\n0\r\n\r\n"},
        {"a NUL in quotes", "1;a=\"\0\"\r\nx\r\n0\r\n\r\n"sv},
        {"a control character in a trailer", "0\r\nX: \x01\r\n\r\n"},
        {"an octet above ASCII in a trailer's name", "0\r\n\xc3: y\r\n\r\n"},
    };
    return all;
}

}  // namespace

const std::vector<BadMessage>& bad_bodies() {
    static std::vector<std::string> texts;
    static const std::vector<BadMessage> all = [] {
        std::vector<BadMessage> made;
        texts.reserve(bad_chunks().size());
        for (const auto& [what, chunks, status] : bad_chunks()) {
            made.push_back({what, texts.emplace_back(std::string(head).append(chunks)), status});
        }
        return made;
    }();
    return all;
}

}  // namespace curfew::worker
