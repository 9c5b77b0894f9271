#include "worker/http/request_id.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace curfew::worker;

namespace {

std::string next(RequestIds& ids) {
    RequestIds::Text text;
    ids.next(text);
    return {text.data(), text.size()};
}

}  // namespace

TEST_CASE("request ids are 24 hexadecimal digits and never the same") {
    RequestIds ids;
    RequestIds others;
    std::set<std::string> seen;

    for (int i = 0; i < 1000; ++i) {
        seen.insert(next(ids));
        seen.insert(next(others));
    }

    CHECK(seen.size() == 2000);
    for (const auto& id : seen) {
        REQUIRE(id.size() == 24);
        REQUIRE(id.find_first_not_of("0123456789abcdef") == std::string::npos);
        REQUIRE(is_sane_request_id(id));
    }
}

TEST_CASE("request ids of one maker share their beginning and count") {
    RequestIds ids;
    const auto first = next(ids);
    const auto second = next(ids);

    CHECK(first.substr(0, 16) == second.substr(0, 16));
    CHECK(first.substr(16) == "00000000");
    CHECK(second.substr(16) == "00000001");
}

TEST_CASE("a client's request id is taken if it is short and harmless") {
    for (const std::string_view id :
         {"a", "0", "A-b_c.9", "..", "00000000-0000-4000-8000-000000000000"}) {
        CAPTURE(id);
        CHECK(is_sane_request_id(id));
    }
    CHECK(is_sane_request_id(std::string(64, 'x')));
    CHECK_FALSE(is_sane_request_id(std::string(65, 'x')));
    for (const std::string_view id : {"", " ", "a b", "a\"", "a\\", "a/b", "a\n", "\x7f",
                                      "\xc3\xbc", "a,b", "a;b", "a=b", "<a>", "a:b"}) {
        CAPTURE(id);
        CHECK_FALSE(is_sane_request_id(id));
    }
}
