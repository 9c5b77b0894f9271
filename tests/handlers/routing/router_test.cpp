#include "handlers/routing/router.h"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

Response nothing(const Request&) { return Response(204); }

}  // namespace

TEST_CASE("a malformed pattern is refused") {
    Router router;
    for (const auto* const pattern :
         {"",        "a",      "*",      ":a",    "//",    "/a//b", "//a",
          "/:",      "/*",     "/:a:b",  "/:a-b", "/:1",   "/: ",   "/*rest/more",
          "/*rest/", "/:a/:a", "/:a/*a", "/a?b",  "/a#b",  "/a\nb", "/a\tb\x7f",
          "/%",      "/%4",    "/%zz",   "/%00",  "/:a%20"}) {
        CAPTURE(pattern);
        CHECK_THROWS_AS(router.get(pattern, nothing), std::invalid_argument);
    }
    CHECK(router.routes().empty());
}

TEST_CASE("what looks odd but is a path is a pattern") {
    Router router;
    for (const auto* const pattern : {"/", "/a/", "/a.b", "/a:b", "/a*", "/:_a1/", "/a b", "/%3Aa",
                                      "/~", "/\xc3\xbc", "/..", "/:A/:a"}) {
        CAPTURE(pattern);
        CHECK_NOTHROW(router.get(pattern, nothing));
    }
}

TEST_CASE("the message about a pattern names it") {
    Router router;
    CHECK_THROWS_WITH_AS(router.get("/a/*b/c", nothing),
                         "pattern \"/a/*b/c\": something follows the *rest", std::invalid_argument);
}

TEST_CASE("a malformed method is refused") {
    Router router;
    CHECK_THROWS_AS(router.add("", "/", nothing), std::invalid_argument);
    CHECK_THROWS_AS(router.add("GET /", "/", nothing), std::invalid_argument);
    CHECK_NOTHROW(router.add("PURGE", "/", nothing));
}

TEST_CASE("a route needs a handler") {
    Router router;
    CHECK_THROWS_AS(router.get("/", nullptr), std::invalid_argument);
}

TEST_CASE("a route that is there already is refused, whatever its parameters are called") {
    Router router;
    router.get("/a/:x", nothing);
    router.get("/b/*x", nothing);
    router.any("/c", nothing);
    router.get("/d e", nothing);

    CHECK_THROWS_AS(router.get("/a/:x", nothing), std::invalid_argument);
    CHECK_THROWS_WITH_AS(router.get("/a/:y", nothing),
                         "route: GET /a/:y is already answered by /a/:x", std::invalid_argument);
    CHECK_THROWS_AS(router.get("/b/*y", nothing), std::invalid_argument);
    CHECK_THROWS_AS(router.any("/c", nothing), std::invalid_argument);
    CHECK_THROWS_AS(router.get("/d%20e", nothing), std::invalid_argument);
    CHECK_NOTHROW(router.post("/a/:y", nothing));
    CHECK_NOTHROW(router.get("/b/:y", nothing));
    CHECK_NOTHROW(router.get("/c", nothing));
    CHECK(router.routes().size() == 7);
}

TEST_CASE("routes are listed in the order they were added, with what they were told") {
    Router router;
    router.get("/b", nothing).within(800ms).harakiri(2s);
    router.del("/a", nothing);
    router.any("/c", nothing);

    const auto& routes = router.routes();
    REQUIRE(routes.size() == 3);
    CHECK(routes[0]->pattern() == "/b");
    CHECK(routes[0]->within() == 800ms);
    CHECK(routes[0]->harakiri() == 2s);
    CHECK(routes[1]->method() == "DELETE");
    CHECK_FALSE(routes[1]->within());
    CHECK_FALSE(routes[1]->harakiri());
    CHECK(routes[2]->method() == "*");
}

TEST_CASE("a limit shorter than a millisecond is refused") {
    Router router;
    auto& route = router.get("/", nothing);

    CHECK_THROWS_AS(route.within(0ms), std::invalid_argument);
    CHECK_THROWS_AS(route.within(-1s), std::invalid_argument);
    CHECK_THROWS_AS(route.harakiri(999us), std::invalid_argument);
    CHECK_FALSE(route.within());
    CHECK_FALSE(route.harakiri());
    CHECK_NOTHROW(route.within(1ms).harakiri(1ms));
}

TEST_CASE("the routes of a pattern are found by its text") {
    Router router;
    auto& get = router.get("/a/:x", nothing);
    auto& post = router.post("/a/:x", nothing);
    router.put("/a/:y", nothing);

    CHECK(router.find("/a/:x") == std::vector<Route*>{&get, &post});
    CHECK(router.find("/a/1").empty());
}

TEST_CASE("a route stays where it is when others are added and the router moves") {
    Router router;
    auto& first = router.get("/0", nothing);
    for (int i = 1; i < 100; ++i) router.get(std::string("/").append(std::to_string(i)), nothing);

    const Router moved = std::move(router);

    CHECK(moved.routes().front().get() == &first);
    std::vector<std::pair<std::string_view, std::string>> params;
    CHECK(moved.match("GET", "/0", params).route == &first);
}
