#include "tools/laboratory/showing/report.h"

#include "tests/laboratory/plausible_run.h"
#include "tests/support/temporary_directory.h"
#include "tools/laboratory/judging/verdict.h"
#include "tools/laboratory/showing/symbol.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

using namespace curfew;
using namespace curfew::laboratory;

namespace {

constexpr std::string_view run_element = R"(<script type="application/json" id="run">)";

/// Made once: the confidence intervals of a thousand cells take their time.
const Run& some_run() {
    static const auto run = plausible_run();
    return run;
}

/// As a browser finds it: up to the first end tag.
std::string json_in(std::string_view html) {
    const auto start = html.find(run_element);
    REQUIRE(start != html.npos);
    html.remove_prefix(start + run_element.size());
    return std::string(html.substr(0, html.find("</script")));
}

size_t count(std::string_view text, std::string_view word) {
    size_t times = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++times;
    return times;
}

}  // namespace

TEST_CASE("the run in a report is the run") {
    const auto& run = some_run();

    const auto json = json_in(report(run));

    CHECK(to_json(run_from(json)) == to_json(run));
}

TEST_CASE("no text of a run ends or changes the element it stands in") {
    auto run = some_run();
    run.gaps = {{"</script><script>alert(1)</script>", "<!--<script>"}, {"\u2028", "]]>\\\"'\x01"}};

    const auto html = report(run);

    CHECK(run_from(json_in(html)).gaps.at(0).what == run.gaps[0].what);
    CHECK(run_from(json_in(html)).gaps.at(1).why == run.gaps[1].why);
    CHECK(count(json_in(html), "<") == 0);
    CHECK(std::ranges::all_of(json_in(html), [](char c) { return c >= ' ' && c <= '~'; }));
    CHECK(count(html, "</script>") == 3);
}

TEST_CASE("a report has the words and the numbers of the table in the terminal") {
    const auto html = report(Run{});

    for (const auto each : {Verdict::clean, Verdict::leaks, Verdict::tainted, Verdict::powerless}) {
        CHECK(count(html, meaning(each)) == 1);
    }
    CHECK(count(html, "leastSamples = " + std::to_string(least_samples) + ";") == 1);
}

TEST_CASE("what is not UTF-8 is replaced") {
    Run run;
    run.gaps = {{"a\xff", "b"}};

    CHECK(run_from(json_in(report(run))).gaps.at(0).what == "a\ufffd");
}

TEST_CASE("a report refers to nothing outside of it") {
    const auto html = report(some_run());
    const auto own = html.substr(0, html.find(run_element));

    CHECK(count(html, "{{") == count(std::string(json_in(html)), "{{"));
    for (const std::string reference :
         {" src=", " srcset=", " action=", " data=", "url(", "@import", "//"}) {
        CAPTURE(reference);
        CHECK(count(own, reference) == 0);
    }
    CHECK(count(own, "href=") == 2);
    CHECK(count(own, R"(href="#matrix")") == 1);
    CHECK(count(own, R"(href="data:,")") == 1);
}

TEST_CASE("a report allows its own parts only, by their hashes") {
    const auto html = report(Run{});
    constexpr std::string_view before = R"(Content-Security-Policy" content=")";
    const auto found = html.find(before);
    REQUIRE(found != std::string::npos);
    const auto start = found + before.size();
    const auto policy = html.substr(start, html.find('"', start) - start);

    CHECK(policy.starts_with("default-src 'none'; script-src 'sha256-"));
    CHECK(count(policy, "'sha256-") == 3);
    CHECK(count(policy, "unsafe") == 0);
}

TEST_CASE("a file of a report is replaced as a whole") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "report.html";
    write_report(Run{}, path);

    write_report(some_run(), path);

    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    CHECK(text.str() == report(some_run()));
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
    CHECK_THROWS_WITH(write_report(Run{}, "/nowhere/report.html"),
                      "/nowhere/report.html: cannot be written");
}
