#include "handlers/routing/router.h"

#include "tests/handlers/allocations.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace curfew;

namespace {

using Params = std::vector<std::pair<std::string_view, std::string>>;

Response nothing(const Request&) { return Response(204); }

/// A router with GET routes for these patterns.
Router router_of(std::initializer_list<const char*> patterns) {
    Router router;
    for (const auto* const pattern : patterns) router.get(pattern, nothing);
    return router;
}

/// `/a/:x x=1`: which pattern answers, and with what; else the Allow field, or "404".
std::string ask(const Router& router, std::string_view method, std::string_view path) {
    Params params;
    const auto match = router.match(method, path, params);
    if (!match.route) return match.allow.empty() ? "404" : match.allow;

    std::string answer = match.route->pattern();
    for (const auto& [name, value] : params) answer.append(" ").append(name).append("=" + value);
    return answer;
}

std::string get(const Router& router, std::string_view path) { return ask(router, "GET", path); }

}  // namespace

TEST_CASE("a literal route answers its path and no other") {
    const auto router = router_of({"/", "/a", "/a/b"});

    CHECK(get(router, "/") == "/");
    CHECK(get(router, "/a") == "/a");
    CHECK(get(router, "/a/b") == "/a/b");
    for (const auto* const path :
         {"", "a", "/a/", "/A", "/ab", "/a/b/", "/a/b/c", "//", "//a", "/a//b", "/b"}) {
        CAPTURE(path);
        CHECK(get(router, path) == "404");
    }
}

TEST_CASE("with and without a slash at the end are two routes") {
    const auto router = router_of({"/a", "/a/"});

    CHECK(get(router, "/a") == "/a");
    CHECK(get(router, "/a/") == "/a/");
}

TEST_CASE("a parameter is one segment that is not empty") {
    const auto router = router_of({"/users/:id", "/users/:id/posts/:post"});

    CHECK(get(router, "/users/42") == "/users/:id id=42");
    CHECK(get(router, "/users/42/posts/7") == "/users/:id/posts/:post id=42 post=7");
    CHECK(get(router, "/users/:id") == "/users/:id id=:id");
    CHECK(get(router, "/users/") == "404");
    CHECK(get(router, "/users") == "404");
    CHECK(get(router, "/users/42/") == "404");
    CHECK(get(router, "/users//posts/7") == "404");
}

TEST_CASE("the rest is all that follows, even nothing, but not the missing slash") {
    const auto router = router_of({"/file/*path"});

    CHECK(get(router, "/file/a") == "/file/*path path=a");
    CHECK(get(router, "/file/a/b/../c") == "/file/*path path=a/b/../c");
    CHECK(get(router, "/file/") == "/file/*path path=");
    CHECK(get(router, "/file//a/") == "/file/*path path=/a/");
    CHECK(get(router, "/file") == "404");
}

TEST_CASE("a literal wins over a parameter, and that over the rest") {
    const auto router = router_of({"/*rest", "/:one", "/a", "/:one/b", "/a/:two"});

    CHECK(get(router, "/a") == "/a");
    CHECK(get(router, "/x") == "/:one one=x");
    CHECK(get(router, "/a/b") == "/a/:two two=b");
    CHECK(get(router, "/x/b") == "/:one/b one=x");
    CHECK(get(router, "/x/y") == "/*rest rest=x/y");
    CHECK(get(router, "/") == "/*rest rest=");
}

TEST_CASE("the order in which routes are added does not matter") {
    const auto router = router_of({"/a", "/:one", "/*rest"});
    const auto reversed = router_of({"/*rest", "/:one", "/a"});

    for (const auto* const path : {"/a", "/b", "/a/b", "/"}) {
        CAPTURE(path);
        CHECK(get(router, path) == get(reversed, path));
    }
}

TEST_CASE("where the better segment leads nowhere, the others are tried") {
    const auto router = router_of({"/a/b/c", "/a/:x/d", "/:y/b/e", "/a/*z", "/:p/:q/:r/s"});

    CHECK(get(router, "/a/b/c") == "/a/b/c");
    CHECK(get(router, "/a/b/d") == "/a/:x/d x=b");
    CHECK(get(router, "/a/b/e") == "/a/*z z=b/e");
    CHECK(get(router, "/k/b/e") == "/:y/b/e y=k");
    CHECK(get(router, "/k/b/f/s") == "/:p/:q/:r/s p=k q=b r=f");
    CHECK(get(router, "/k/b/f") == "404");
}

TEST_CASE("parameters at one place may have different names in different routes") {
    Router router;
    router.get("/:user/posts", nothing);
    router.get("/:group/members", nothing);
    router.post("/:topic/posts", nothing);

    CHECK(get(router, "/x/posts") == "/:user/posts user=x");
    CHECK(get(router, "/x/members") == "/:group/members group=x");
    CHECK(ask(router, "POST", "/x/posts") == "/:topic/posts topic=x");
}

TEST_CASE("segments are compared decoded") {
    const auto router = router_of({"/hello", "/a b", "/%C3%BC", "/%3Aid", "/x%2Fy", "/100%25"});

    CHECK(get(router, "/%68ello") == "/hello");
    CHECK(get(router, "/a%20b") == "/a b");
    CHECK(get(router, "/%c3%bc") == "/%C3%BC");
    CHECK(get(router, "/:id") == "/%3Aid");
    CHECK(get(router, "/x%2fy") == "/x%2Fy");
    CHECK(get(router, "/x/y") == "404");
    CHECK(get(router, "/100%25") == "/100%25");
    CHECK(get(router, "/%2568ello") == "404");
}

TEST_CASE("parameters are decoded, and an escaped slash does not part segments") {
    const auto router = router_of({"/:one", "/:one/:two", "/rest/*rest"});

    CHECK(get(router, "/a%2Fb") == "/:one one=a/b");
    CHECK(get(router, "/a%2Fb/%20") == "/:one/:two one=a/b two= ");
    CHECK(get(router, "/a+b") == "/:one one=a+b");
    CHECK(get(router, "/rest/a%2F..%2Fb/c") == "/rest/*rest rest=a/../b/c");
}

TEST_CASE("a malformed escape matches no literal, not even the empty one") {
    const auto router = router_of({"/", "/a/"});

    CHECK(get(router, "/%zz") == "404");
    CHECK(get(router, "/a/%") == "404");
    CHECK(get(router, "/a/%00") == "404");
}

TEST_CASE("where only other methods have a route, Allow lists them sorted") {
    Router router;
    router.post("/a", nothing);
    router.get("/a", nothing);
    router.add("PURGE", "/a", nothing);
    router.del("/b", nothing);

    CHECK(ask(router, "PUT", "/a") == "GET, HEAD, OPTIONS, POST, PURGE");
    CHECK(ask(router, "GET", "/b") == "DELETE, OPTIONS");
    CHECK(ask(router, "get", "/a") == "GET, HEAD, OPTIONS, POST, PURGE");
    CHECK(ask(router, "PUT", "/c") == "404");
}

TEST_CASE("OPTIONS is answered with what is allowed, unless it has a route") {
    Router router;
    router.get("/a", nothing);
    router.add("OPTIONS", "/own", nothing);

    CHECK(ask(router, "OPTIONS", "/a") == "GET, HEAD, OPTIONS");
    CHECK(ask(router, "OPTIONS", "/own") == "/own");
    CHECK(ask(router, "OPTIONS", "/c") == "404");
}

TEST_CASE("OPTIONS * lists every method of every route") {
    Router router;
    CHECK(ask(router, "OPTIONS", "*") == "OPTIONS");

    router.get("/a", nothing);
    router.patch("/b/:c", nothing);
    CHECK(ask(router, "OPTIONS", "*") == "GET, HEAD, OPTIONS, PATCH");

    router.any("/d", nothing);
    CHECK(ask(router, "OPTIONS", "*") == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    CHECK(ask(router, "GET", "*") == "404");
}

TEST_CASE("a method goes past a better pattern that does not have it") {
    Router router;
    router.post("/users/new", nothing);
    router.get("/users/:id", nothing);
    router.put("/*rest", nothing);

    CHECK(ask(router, "POST", "/users/new") == "/users/new");
    CHECK(ask(router, "GET", "/users/new") == "/users/:id id=new");
    CHECK(ask(router, "PUT", "/users/new") == "/*rest rest=users/new");
    CHECK(ask(router, "DELETE", "/users/new") == "GET, HEAD, OPTIONS, POST, PUT");
}

TEST_CASE("HEAD goes to GET's route unless it has its own") {
    Router router;
    auto& get_a = router.get("/a", nothing);
    router.get("/b", nothing);
    auto& head_b = router.add("HEAD", "/b", nothing);
    auto& get_c = router.get("/c", nothing);
    router.any("/c", nothing);

    Params params;
    CHECK(router.match("HEAD", "/a", params).route == &get_a);
    CHECK(router.match("HEAD", "/b", params).route == &head_b);
    CHECK(router.match("HEAD", "/c", params).route == &get_c);
}

TEST_CASE("any takes every method that has no route of its own") {
    Router router;
    auto& any = router.any("/a", nothing);
    auto& post = router.post("/a", nothing);

    Params params;
    CHECK(router.match("POST", "/a", params).route == &post);
    for (const auto* const method : {"GET", "HEAD", "PUT", "OPTIONS", "PURGE"}) {
        CAPTURE(method);
        CHECK(router.match(method, "/a", params).route == &any);
    }
}

TEST_CASE("parameters of an earlier match do not stay") {
    const auto router = router_of({"/:a/:b", "/x"});
    Params params;
    static_cast<void>(router.match("GET", "/1/2", params));

    static_cast<void>(router.match("GET", "/x", params));
    CHECK(params.empty());
    static_cast<void>(router.match("GET", "/1/2", params));
    static_cast<void>(router.match("GET", "/none/at/all", params));
    CHECK(params.empty());
}

TEST_CASE("a match without parameters allocates nothing") {
    const auto router =
        router_of({"/", "/hello", "/a/path/of/some/more/segments/than/usual", "/:x"});
    Params params;

    const auto before = allocations();
    const auto hello = router.match("GET", "/hello", params);
    const auto deep = router.match("HEAD", "/a/path/of/some/more/segments/than/usual", params);
    const auto missing = router.match("GET", "/a/path/that/is/not/there", params);
    const auto after = allocations();

    CHECK(after == before);
    CHECK(hello.route);
    CHECK(deep.route);
    CHECK_FALSE(missing.route);
}

TEST_CASE("a short parameter needs no memory but that of the list, which can be used again") {
    const auto router = router_of({"/:x"});
    Params params;
    static_cast<void>(router.match("GET", "/1", params));

    const auto before = allocations();
    const auto match = router.match("GET", "/2", params);
    const auto after = allocations();

    CHECK(after == before);
    CHECK(match.route);
}
