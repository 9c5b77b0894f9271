#include "master/stacks/folded_stack.h"

#include "master/stacks/short_name.h"

#include <doctest/doctest.h>

using namespace curfew::master;

namespace {

Frame frame(Origin origin, const std::string& module, const std::string& function) {
    return {.address = 0x10,
            .function = function,
            .module = module,
            .offset = 0x20,
            .source = {},
            .origin = origin};
}

Frame library(const std::string& module, const std::string& function) {
    return frame(Origin::library, module, function);
}

Frame application(const std::string& function) {
    return frame(Origin::application, "app.so", function);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "frames of one library that follow each other are one line: what was called, and where "
    "it is") {
    const auto lines = folded({
        library("libc.so.6", "ppoll"),
        frame(Origin::server, "curfew", "curfew::(anonymous namespace)::wait(pollfd*, int)"),
        frame(Origin::server, "curfew", "poll"),
        library("libcurl.so.4", ""),
        library("libcurl.so.4", "curl_multi_poll"),
        library("libcurl.so.4", "curl_easy_perform"),
        application("ask_the_web(int)"),
        application("greet(curfew::Request const&)"),
    });

    CHECK(lines == Lines{
                       "#0 ppoll (libc.so.6+0x20)",
                       "#1 poll ... curfew::wait (curfew, 2 frames)",
                       "#3 curl_easy_perform ... curl_multi_poll (libcurl.so.4, 3 frames)",
                       "#6 [app] ask_the_web(int) (app.so+0x20)",
                       "#7 [app] greet(curfew::Request const&) (app.so+0x20)",
                   });
}

TEST_CASE("frames of different libraries are told apart, and nameless ones are not hidden") {
    CHECK(folded({library("liba.so", "a"), library("libb.so", "b")}) ==
          Lines{"#0 a (liba.so+0x20)", "#1 b (libb.so+0x20)"});
    CHECK(folded({library("liba.so", ""), library("liba.so", "")}) ==
          Lines{"#0 ?? (liba.so, 2 frames)"});
    CHECK(folded({application(""), application("")}) ==
          Lines{"#0 [app] ?? (app.so+0x20)", "#1 [app] ?? (app.so+0x20)"});
    CHECK(folded({frame(Origin::library, "", ""), frame(Origin::library, "", "")}) ==
          Lines{"#0 ?? (0x10)", "#1 ?? (0x10)"});
    CHECK(folded({}).empty());
}

TEST_CASE("names are as a person would write them") {
    CHECK(short_name("ask(std::__cxx11::basic_string<char, std::char_traits<char>, "
                     "std::allocator<char> > const&)") == "ask(std::string const&)");
    CHECK(short_name("f(std::basic_string_view<char, std::char_traits<char> >)") ==
          "f(std::string_view)");
    CHECK(short_name("(anonymous namespace)::f(int)") == "f(int)");
    CHECK(short_name("std::vector<a_rather_long_name_of_a_type, its_allocator>::at(int)") ==
          "std::vector<...>::at(int)");
    CHECK(short_name("pair<int, long>::first()") == "pair<int, long>::first()");
    CHECK(short_name("f(one_long_parameter_type, another_long_parameter_type, one_more_of_them)") ==
          "f(...)");
    CHECK(short_name("routes(curfew::Router&)::{lambda(curfew::Request const&)#2}::operator()("
                     "curfew::Request const&) const") ==
          "routes(curfew::Router&)::{lambda#2}::operator()(curfew::Request const&) const");
}

TEST_CASE("operators, arrows and odd texts are no brackets, and nothing is lost") {
    CHECK(short_name("operator<(a_type_with_a_long_name_that_goes_on_and_on const&, int)") ==
          "operator<(a_type_with_a_long_name_that_goes_on_and_on const&, int)");
    CHECK(short_name("smart::operator->() const") == "smart::operator->() const");
    CHECK(short_name("plain_c_name") == "plain_c_name");
    CHECK(short_name("<<<") == "<<<");
    CHECK(short_name(")") == ")");
    CHECK(short_name("(") == "(");
    CHECK(short_name("") == "");
    CHECK(bare_name("curfew::http::get(std::string const&)") == "curfew::http::get");
    CHECK(bare_name("int f<int>(int)") == "f<int>");
    CHECK(bare_name("poll") == "poll");
    CHECK(bare_name("") == "");
}
