#include "master/config/text.h"

#include <doctest/doctest.h>

namespace curfew::master {

TEST_CASE("a quoted text is one line, whatever it holds") {
    CHECK(in_quotes("plain") == R"("plain")");
    CHECK(in_quotes(R"(a "b" \c)") == R"("a \"b\" \\c")");
    CHECK(in_quotes("a\nb\tc") == R"("a\nb\tc")");
    CHECK(in_quotes("\x1b\x7f") == R"("\u001B\u007F")");
    CHECK(in_quotes("größer") == R"("größer")");
}

TEST_CASE("splitting keeps empty parts and joining restores them") {
    const auto parts = split("a,,b", ',');

    CHECK(parts == std::vector<std::string>{"a", "", "b"});
    CHECK(joined(parts, ",") == "a,,b");
    CHECK(split("", ',') == std::vector<std::string>{""});
}

TEST_CASE("a slip of the pen gets a suggestion, another word does not") {
    const std::vector<std::string> known = {"timeout", "boot_timeout", "workers", "user"};

    CHECK(suggestion("timeuot", known) == R"(; did you mean "timeout"?)");
    CHECK(suggestion("worker", known) == R"(; did you mean "workers"?)");
    CHECK(suggestion("boot-timeout", known) == R"(; did you mean "boot_timeout"?)");
    CHECK(suggestion("colour_of_the_sky", known).empty());
    CHECK(suggestion("x", known).empty());
}

}  // namespace curfew::master
