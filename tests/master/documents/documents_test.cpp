#include "master/config/config.h"
#include "master/config/declarations.h"
#include "master/documents/manual_page.h"
#include "master/documents/readme.h"
#include "master/documents/waits.h"
#include "tests/support/process.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace curfew::master {

namespace {

/// The manual page of a table with the options that `declare` declares.
template <class Declare>
std::string manual_of(Declare declare) {
    OptionTable table;
    declare(table);
    const std::string text = manual_options(table);
    return text.substr(0, text.find(".Ss Instead of serving\n"));
}

}  // namespace

TEST_CASE("conf/curfew.toml and README.md are as tools/generate writes them") {
    Options defaults;
    const std::string file = tests::read_file("conf/curfew.toml");
    const std::string readme = tests::read_file("README.md");

    REQUIRE_MESSAGE(!readme.empty(), "run the tests from the source tree");
    CHECK_MESSAGE((file == print_config(defaults)), "run tools/generate");
    CHECK_MESSAGE((readme == readme_with_options(readme, table_of(defaults))),
                  "run tools/generate");
}

TEST_CASE("docs/manual.md has the waits as tools/generate writes them") {
    const std::string manual = tests::read_file("docs/manual.md");

    REQUIRE_MESSAGE(!manual.empty(), "run the tests from the source tree");
    CHECK_MESSAGE((manual == manual_with_waits(manual)), "run tools/generate");
    CHECK(manual.find("\n| `read`, `readv` of a pipe | `EIO` | parks |\n") != manual.npos);
    CHECK_THROWS_AS(static_cast<void>(manual_with_waits("# Manual\n")), std::runtime_error);
}

TEST_CASE("only what is between the marks of README.md is replaced") {
    Options defaults;
    const std::string before = "# Head\n\n<!-- Options, written by tools/generate -->\n\n";
    const std::string after = "\n<!-- End of the options -->\n\nThe end.\n";

    const std::string text = readme_with_options(before + "| old |\n" + after, table_of(defaults));

    CHECK(text.starts_with(before + "| option |"));
    CHECK(text.find("\n| `-w`, `--workers` | `1` | Worker processes |\n") != text.npos);
    CHECK(text.find("old") == text.npos);
    CHECK(text.ends_with(" |\n" + after));
    CHECK_THROWS_AS(static_cast<void>(readme_with_options(before, table_of(defaults))),
                    std::runtime_error);
}

TEST_CASE("an item of the manual page has flags, help, details, range and default") {
    int apples = 3;
    const std::string text = manual_of([&](OptionTable& option) {
        option.group({"Fruit", "fruit", "Fruit is healthy. Eat it."});
        option("-a,--fruit-apples", apples, Count{1, 9, true}, "Apples. `Red` ones; 0: none",
               "They are sweet. `Green` ones are not.");
    });

    CHECK(text ==
          ".Ss Fruit\n"
          "Fruit is healthy.\n"
          "Eat it.\n"
          ".Bl -tag -width Ds\n"
          ".It Fl a , Fl -fruit-apples Ar N\n"
          "Apples.\n"
          "Red ones; 0: none.\n"
          "They are sweet.\n"
          "Green ones are not.\n"
          "Range: 0, or 1 to 9.\n"
          "Default: 3.\n"
          ".El\n");
}

TEST_CASE("the manual page shows words to choose from, and no default if that is empty") {
    bool ripe = true;
    std::string basket;
    const std::string text = manual_of([&](OptionTable& option) {
        option.group({"Fruit"});
        option("--ripe", ripe, Choice<bool>{{"yes", true}, {"no", false}}, "Whether it is ripe");
        option.group({"Baskets"});
        option("--basket", basket, Text{"FILE"}, "Where it is");
    });

    CHECK(text ==
          ".Ss Fruit\n"
          ".Bl -tag -width Ds\n"
          ".It Fl -ripe Ar WORD\n"
          "Whether it is ripe.\n"
          "One of yes, no.\n"
          "Default: yes.\n"
          ".El\n"
          ".Ss Baskets\n"
          ".Bl -tag -width Ds\n"
          ".It Fl -basket Ar FILE\n"
          "Where it is.\n"
          ".El\n");
}

TEST_CASE("what roff would take for a request, an escape or a quote is text in the manual page") {
    std::string path = "a\\b";
    const std::string text = manual_of([&](OptionTable& option) {
        option.group({"Paths"});
        option("--path", path, Text{"FILE"}, "A path. .hidden is \"one\". 'quoted' too");
    });

    CHECK(text.find("\nA path.\n\\&.hidden is \\(dqone\\(dq.\n\\&'quoted' too.\n"
                    "Default: a\\eb.\n") != text.npos);
}

TEST_CASE("the manual page has the keys of [[route]] as they are declared") {
    worker::RouteOverride none;
    const std::string text = manual_route_keys(route_keys(none));

    CHECK(text.starts_with(".Bl -tag -width Ds\n.It Ql pattern\nThe pattern under which "));
    CHECK(text.find("\nRange: 1ms to 24h.\n.It Ql strategy\n") != text.npos);
    CHECK(text.find("\nOne of none, io, deadline, ") != text.npos);
    CHECK(text.find("\nRange: 10ms to 24h; or one of off, log, on; or both.\n") != text.npos);
    CHECK(text.ends_with("; 0: never.\nRange: 0, or 1ms to 24h.\n.El\n"));
}

TEST_CASE("a manual page without a place for the options or the keys of routes is an error") {
    const OptionTable none;
    const std::string options = ".Sh OPTIONS\n.\\\" OPTIONS\n";
    const std::string routes = ".Sh FILE\n.\\\" ROUTE KEYS\n";

    CHECK(manual_page(options + routes + ".Sh FILES\n", none, none).ends_with("\n.Sh FILES\n"));
    CHECK_THROWS_AS(static_cast<void>(manual_page(options, none, none)), std::runtime_error);
    CHECK_THROWS_AS(static_cast<void>(manual_page(routes, none, none)), std::runtime_error);
}

}  // namespace curfew::master
