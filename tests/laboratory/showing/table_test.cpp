#include "tests/laboratory/example_run.h"
#include "tests/laboratory/plausible_run.h"
#include "tools/laboratory/showing/table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

using namespace curfew::laboratory;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::size_t columns(const std::string& line) {
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](char each) { return (each & 0xc0) != 0x80; }));
}

/// Every white space is one space.
std::string in_one_line(const std::string& text) {
    std::string line;
    std::istringstream words(text);
    for (std::string word; words >> word;) line += word + ' ';
    return line;
}

std::string line_of(const std::string& text, const std::string& begin) {
    for (const auto& line : lines_of(text)) {
        if (line.starts_with(begin)) return line;
    }
    return "";
}

}  // namespace

TEST_CASE("the table has a sign and a letter for each verdict, and a star for a lost worker") {
    const auto text = table(example_run(), false);

    CHECK(line_of(text, "deadline ") == "deadline  ✓c ✓c ✗p*✓c*      1.0      0.1   99%");
    CHECK(line_of(text, "thread ") == "thread    ~l ~l ~l ✓c*      1.0     20.0   90%");
    CHECK(line_of(text, "process ") == "process   ✓c ✓c ✓c ✓c       1.0     30.0   85%");
    CHECK(line_of(text, "harakiri ") == "harakiri  ✓c*✓c*✓c*·        1.0        -     -");
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("colour only adds to the table") {
    const auto coloured = table(example_run(), true);

    std::string without;
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        if (coloured[i] == '\x1b') {
            i = coloured.find('m', i);
            continue;
        }
        without += coloured[i];
    }

    CHECK(coloured != without);
    CHECK(without == table(example_run(), false));
}

TEST_CASE("the names of kinds stand upright under their group's") {
    const auto lines = lines_of(table(example_run(), false));

    const auto group = std::ranges::find_if(
        lines, [](const std::string& line) { return line.starts_with("          http"); });
    REQUIRE(group != lines.end());
    CHECK(group[1] == "          s        c");
    CHECK(group[2] == "          t  d  s  r");
    CHECK(group[3] == "          a  r  p  a");
    CHECK(group[4] == "          l  i  i  s");
    CHECK(group[5] == "          l  p  n  h    late ms  call µs  rate");
}

TEST_CASE("the table says what another network changes, what is missing, and what to do") {
    const auto text = in_one_line(table(example_run(), false));

    CHECK(text.find("latency (100 ms more): 1 of 2 cells as over clean; thread is tainted, not "
                    "leaks, with http-stall.") != std::string::npos);
    CHECK(text.find("loss: there is no netem here") != std::string::npos);
    CHECK(text.find("For spin use process.") != std::string::npos);
}

TEST_CASE("the table of a full run fits in a hundred columns, in one piece") {
    const auto text = table(plausible_run(), false);

    for (const auto& line : lines_of(text)) {
        CAPTURE(line);
        CHECK(columns(line) <= 100);
    }
    CHECK(text.find("\nharakiri ") == text.rfind("\nharakiri "));
}

TEST_CASE("no line is wider than the terminal, however many kinds there are") {
    auto run = example_run();
    for (int i = 0; i < 40; ++i) {
        run.kinds.push_back({.name = "cache-" + std::to_string(i), .group = "cache", .about = ""});
    }
    run.gaps.push_back({"php-fpm", std::string(80, 'x') + " " + std::string(80, 'y')});

    for (const auto& line : lines_of(table(run, false))) {
        CAPTURE(line);
        CHECK(columns(line) <= 100);
    }
}

TEST_CASE("a run without cells has a table, too") {
    CHECK(table(Run{}, false).find("Nothing was measured.") != std::string::npos);
}
