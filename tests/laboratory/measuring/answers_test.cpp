#include "tools/laboratory/measuring/answers.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace curfew::laboratory;

namespace {

Answer answer_to(int status, const std::string& body) {
    const curfew::tools::Reply reply{
        .status = status, .head = {}, .body = body, .whole = true, .fields = {}};
    return answer_of(reply, report_in(reply));
}

}  // namespace

TEST_CASE("an answer is told by its report, or else by its status") {
    CHECK(answer_to(200, R"({"outcome": "value", "value": "slept"})") == Answer::value);
    CHECK(answer_to(504, R"({"outcome": "timeout"})") == Answer::timeout);
    CHECK(answer_to(500, R"({"outcome": "error"})") == Answer::error);
    CHECK(answer_to(504, "too late") == Answer::limit);
    CHECK(answer_to(502, "gone") == Answer::death);
    CHECK(answer_to(503, "[]") == Answer::error);
}

TEST_CASE("what has not come whole is no answer") {
    const curfew::tools::Reply half{
        .status = 200, .head = {}, .body = R"({"outcome": "val)", .whole = false, .fields = {}};

    CHECK(answer_of(half, report_in(half)) == Answer::none);
    CHECK(answer_of({}, {}) == Answer::none);
}

TEST_CASE("the answer to somebody else's question is wrong") {
    CHECK(answer_to(200, R"({"outcome": "value", "value": {"status": 404}})") == Answer::error);
    CHECK(answer_to(200, R"({"outcome": "value", "value": {"cached": null}})") == Answer::error);
    CHECK(answer_to(200, R"({"outcome": "value", "value": {"name": "Earth", "slept": "1"}})") ==
          Answer::error);
    CHECK(answer_to(200, R"({"outcome": "value", "value": {"name": "Earth", "slept": "0"}})") ==
          Answer::value);
}
