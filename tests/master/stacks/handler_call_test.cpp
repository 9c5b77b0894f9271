#include "master/stacks/handler_call.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace curfew::master;

namespace {

constexpr auto lambda = "routes(curfew::Router&)::{lambda(curfew::Request const&)#1}";

std::string held(const std::string& what) {
    return "std::_Function_handler<curfew::Response (curfew::Request const&), " + what +
           ">::_M_invoke(std::_Any_data const&, curfew::Request const&)";
}

/// The functions that are left.
std::vector<std::string> left_of(const std::vector<std::string>& functions) {
    std::vector<Frame> frames;
    for (const auto& function : functions) frames.push_back({.function = function});
    std::vector<std::string> left;
    for (const auto& frame : without_handler_call(frames)) left.push_back(frame.function);
    return left;
}

using Functions = std::vector<std::string>;

}  // namespace

TEST_CASE("a function that is a handler is the last of its stack") {
    const auto call = held("curfew::Response (*)(curfew::Request const&)");

    CHECK(left_of({"pause", "stuck(curfew::Request const&)", call}) ==
          Functions{"pause", "stuck(curfew::Request const&)"});
    CHECK(left_of({"pause", "stuck(curfew::Request const&)"}) ==
          Functions{"pause", "stuck(curfew::Request const&)"});
}

TEST_CASE("a lambda that was merged with its call is told by its own name, and where it is") {
    auto frames = without_handler_call(
        {{.function = "pause"},
         {.function = held(lambda), .source = "app.cpp:7", .origin = Origin::library}});

    REQUIRE(frames.size() == 2);
    CHECK(frames[1].function == std::string(lambda) + "::operator()");
    CHECK(frames[1].source == "app.cpp:7");
    CHECK(frames[1].origin == Origin::application);
}

TEST_CASE("a lambda that is called on its own is told once") {
    const auto own = std::string(lambda) + "::operator()(curfew::Request const&) const";
    const auto invoke = "curfew::Response std::__invoke_impl<curfew::Response, " +
                        std::string(lambda) + "&>(std::__invoke_other)";

    CHECK(left_of({"pause", own, invoke, held(lambda)}) == Functions{"pause", own});
    CHECK(left_of({"pause", own, held(lambda)}) == Functions{"pause", own});
}

TEST_CASE("a lambda that was merged with one of several calls has the place of the innermost") {
    const auto frames = without_handler_call(
        {{.function = "pause"},
         {.function = "curfew::Response std::__invoke_impl<curfew::Response>()",
          .source = "a.cpp:7"},
         {.function = held(lambda), .source = "std_function.h:290"}});

    REQUIRE(frames.size() == 2);
    CHECK(frames[1].function == std::string(lambda) + "::operator()");
    CHECK(frames[1].source == "a.cpp:7");
}

TEST_CASE("objects of templates and with several arguments keep their whole names") {
    CHECK(left_of({held("Handler<int, std::less<int> >")}) ==
          Functions{"Handler<int, std::less<int> >::operator()"});
    CHECK(left_of({held("make(int, int)::{lambda(curfew::Request const&)#2}")}) ==
          Functions{"make(int, int)::{lambda(curfew::Request const&)#2}::operator()"});
}

TEST_CASE("what is no such call stays as it is") {
    CHECK(left_of({}).empty());
    CHECK(left_of({"std::this_thread::sleep_for", ""}) ==
          Functions{"std::this_thread::sleep_for", ""});
    CHECK(left_of({"std::_Function_handler<nonsense"}).empty());
}
