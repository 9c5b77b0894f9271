#include "handlers/demo/functions.h"
#include "handlers/demo/strategies.h"
#include "handlers/demo/unsafe_strategies.h"
#include "handlers/waits/table.h"

#include "tests/handlers/test_request.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace curfew;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body()); }

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Every one that a visitor can try.
std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto* const each : strategies()) all.emplace_back(each->name());
    for (const auto& each : demo::unsafe_strategies()) all.emplace_back(each.name);
    return all;
}

}  // namespace

TEST_CASE("the page of strategies has a link to try each on each function") {
    Router router;
    routes(router);
    const auto response = demo::strategies_page(TestRequest());
    const auto page = body_of(response);

    CHECK(response.content_type() == "text/html; charset=utf-8");
    for (const auto& name : names()) {
        for (const auto& function : demo::slow_functions()) {
            const auto path = "/timeout/" + name + "/" + std::string(function.name);
            CAPTURE(path);
            CHECK(contains(page, "href=\"" + path + "\""));
            std::vector<std::pair<std::string_view, std::string>> params;
            CHECK(router.match("GET", path, params).route);
        }
    }
}

TEST_CASE("the page of strategies says of each wait what becomes of it at the limit") {
    const auto page = body_of(demo::strategies_page(TestRequest()));

    CHECK(contains(page,
                   "<tr><td><code>read</code>, <code>readv</code> of a pipe</td>"
                   "<td><code>EIO</code></td><td>parks</td></tr>"));
    for (const auto& wait : limited_waits()) {
        CAPTURE(wait.calls);
        for (const auto& name : names_of(wait)) {
            CHECK(contains(page, "<code>" + name.substr(0, name.find(" of ")) + "</code>"));
        }
        CHECK(contains(page, wait.exception));
    }
}

TEST_CASE("the page of strategies says what each says of itself") {
    const auto page = body_of(demo::strategies_page(TestRequest()));

    for (const auto* const each : strategies()) {
        CAPTURE(each->name());
        CHECK(contains(page, each->guarantees().cost));
        CHECK(contains(page, each->guarantees().late));
        CHECK(contains(page, each->guarantees().left_behind));
        CHECK(contains(page, "href=\"/calls/" + std::string(each->name()) + "?"));
    }
    CHECK(page.ends_with("</html>\n"));
}

TEST_CASE("what a strategy costs is measured, and no figure of it is written down") {
    const auto has_digit = [](std::string_view text) {
        return text.find_first_of("0123456789") != std::string_view::npos;
    };
    for (const auto* const each : strategies()) {
        CAPTURE(each->name());
        CHECK_FALSE(has_digit(each->guarantees().cost));
        CHECK_FALSE(has_digit(each->guarantees().late));
    }
    for (const auto& each : demo::unsafe_strategies()) {
        CHECK_FALSE(has_digit(each.guarantees.cost));
        CHECK_FALSE(has_digit(each.guarantees.late));
    }
}

TEST_CASE("the strategies are JSON for those who ask for it") {
    const auto asked = [](const TestRequest& request) { return demo::strategies_page(request); };
    const auto by_field = asked(TestRequest().header("Accept", "application/json"));
    const auto by_query = asked(TestRequest("GET", "/strategies?format=json"));

    CHECK(by_field.content_type() == "application/json");
    CHECK(body_of(by_field) == body_of(by_query));
    for (const auto& name : names()) {
        CHECK(contains(body_of(by_query), "{\"name\": \"" + name + "\""));
    }
    CHECK(asked(TestRequest().header("Accept", "text/html")).content_type() != "application/json");
}

TEST_CASE("the unsafe ones are no strategies") {
    for (const auto& unsafe : demo::unsafe_strategies()) {
        CHECK(unsafe.guarantees.can_corrupt);
        CHECK_THROWS_AS(static_cast<void>(strategy(unsafe.name)), std::invalid_argument);
    }
    for (const auto* const each : strategies()) CHECK_FALSE(each->guarantees().can_corrupt);
}
