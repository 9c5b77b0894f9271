#include "worker/http/request_line.h"

#include <doctest/doctest.h>

#include <string>

using namespace curfew::worker;

namespace {

int status_of(std::string_view line) {
    RequestLine ignored;
    return read_request_line(line, ignored).status;
}

RequestLine read(std::string_view line) {
    RequestLine result;
    const auto refusal = read_request_line(line, result);
    CAPTURE(line);
    REQUIRE_FALSE(refusal);
    return result;
}

}  // namespace

TEST_CASE("a request line has a method, a target and a version") {
    const auto line = read("POST /a/b?c=d?e HTTP/1.1");

    CHECK(line.method == "POST");
    CHECK(line.target == "/a/b?c=d?e");
    CHECK(line.path == "/a/b");
    CHECK(line.query == "c=d?e");
    CHECK(line.authority.empty());
    CHECK(line.http_1_1);
    CHECK_FALSE(read("GET / HTTP/1.0").http_1_1);
}

TEST_CASE("a target may be a whole URI") {
    struct Case {
        std::string_view target;
        std::string_view authority;
        std::string_view path;
        std::string_view query;
    };
    for (const auto& [target, authority, path, query] : {
             Case{"http://a", "a", "/", ""},
             Case{"http://a/", "a", "/", ""},
             Case{"https://a:443/b?c", "a:443", "/b", "c"},
             Case{"HTTP://A/b", "A", "/b", ""},
             Case{"http://a?b", "a", "/", "b"},
             Case{"http://[::1]:80/", "[::1]:80", "/", ""},
             Case{"http://a?b/c", "a", "/", "b/c"},
         }) {
        CAPTURE(target);
        const auto text = std::string("GET ").append(target).append(" HTTP/1.1");
        const auto line = read(text);
        CHECK(line.authority == authority);
        CHECK(line.path == path);
        CHECK(line.query == query);
    }
}

TEST_CASE("OPTIONS of an authority alone is OPTIONS *") {
    CHECK(read("OPTIONS * HTTP/1.1").path == "*");
    CHECK(read("OPTIONS http://a HTTP/1.1").path == "*");
    CHECK(read("OPTIONS http://a/ HTTP/1.1").path == "/");
    CHECK(read("OPTIONS http://a?b HTTP/1.1").path == "/");
    CHECK(read("GET http://a HTTP/1.1").path == "/");
}

TEST_CASE("a request line with other spaces than two single ones is refused") {
    for (const std::string_view line :
         {"", " ", "  ", "GET", "GET ", "GET /", "GET  ", "GET /HTTP/1.1", "GET  HTTP/1.1",
          "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ",
          "GET\t/\tHTTP/1.1", "GET\t/ HTTP/1.1", "GET /a b HTTP/1.1", "GET / HTTP/1.1\t"}) {
        CAPTURE(line);
        CHECK(status_of(line) == 400);
    }
}

TEST_CASE("another version of HTTP is 505, anything else 400") {
    for (const std::string_view version : {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9"}) {
        CAPTURE(version);
        CHECK(status_of(std::string("GET / ").append(version)) == 505);
    }
    for (const std::string_view version :
         {"HTTP/1", "HTTP/1.", "HTTP/11", "HTTP/1.10", "HTTP/01.1", "HTTP/1,1", "HTTP/a.1",
          "HTTP/1.a", "http/1.1", "HTTP-1.1", "RTSP/1.0", "ICE/1.0", "HTTP/2", "HTTPS/1.1"}) {
        CAPTURE(version);
        CHECK(status_of(std::string("GET / ").append(version)) == 400);
    }
}

TEST_CASE("CONNECT is not implemented") { CHECK(status_of("CONNECT a:443 HTTP/1.1") == 501); }

TEST_CASE("a method is a token, whoever knows it") {
    CHECK(status_of("BREW / HTTP/1.1") == 0);
    CHECK(status_of("a!#$%&'*+-.^_`|~1 / HTTP/1.1") == 0);
    for (const std::string_view method :
         {"G\"T", "G(T", "GET:", "G/T", "G\x7fT", "G\xc3T", "G=T"}) {
        CAPTURE(method);
        CHECK(status_of(std::string(method).append(" / HTTP/1.1")) == 400);
    }
}

TEST_CASE("a target holds no octet but those of a URI and those that browsers leave in it") {
    const std::string_view allowed =
        "-._~!$&'()*+,;=:@/?[]|abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (int octet = 1; octet < 256; ++octet) {
        const auto c = static_cast<char>(octet);
        if (c == '%') continue;
        CAPTURE(octet);
        const bool fine = allowed.find(c) != std::string_view::npos;
        CHECK(status_of(std::string("GET /a").append(1, c).append(" HTTP/1.1")) ==
              (fine ? 0 : 400));

        // As browsers leave them.
        const bool fine_in_query =
            fine || std::string_view("{}^`").find(c) != std::string_view::npos;
        CHECK(status_of(std::string("GET /?a").append(1, c).append(" HTTP/1.1")) ==
              (fine_in_query ? 0 : 400));
    }
}

TEST_CASE("a path's escapes are whole and none is NUL; a query's are the handler's") {
    CHECK(status_of("GET /%41%fF HTTP/1.1") == 0);
    for (const std::string_view path : {"/%", "/%4", "/%zz", "/%4g", "/%%41", "/%00", "/a%/b"}) {
        CAPTURE(path);
        CHECK(status_of(std::string("GET ").append(path).append(" HTTP/1.1")) == 400);
    }
    CHECK(status_of("GET /?a=%zz&b=% HTTP/1.1") == 0);
}

TEST_CASE("a target is a path or an http URI") {
    for (const std::string_view target :
         {"a",           "a/b",         "?a",          "*",
          "**",          "*?a",         "ftp://a/",    "http:a",
          "http:/a",     "http://",     "http:///",    "http://?a",
          "http://a b/", "http://u@a/", "http://a:b/", "http://[::1/",
          "http://a#b",  "urn:a",       "//",          "/a#"}) {
        CAPTURE(target);
        const bool fine = target == "//";
        CHECK(status_of(std::string("GET ").append(target).append(" HTTP/1.1")) ==
              (fine ? 0 : 400));
    }
}

TEST_CASE("a host is a name, an address, and perhaps a port") {
    for (const std::string_view host :
         {"a", "a.b", "127.0.0.1", "a:80", "a:", "a:65535", "a-b_c~d", "a!$&'()*+,;=b", "%41%c3",
          "[::1]", "[::1]:80", "[::]:", "[2001:db8::1]", "[::ffff:1.2.3.4]"}) {
        CAPTURE(host);
        CHECK(is_host(host));
    }
    for (const std::string_view host :
         {"",    ":",      ":80",       "a:b",     "a:80:80", "a:-1",    "a b",    "a/b",
          "a@b", "a?b",    "a#b",       "a\\b",    "\"a\"",   "a\x7f",   "a\xc3",  "%",
          "%4",  "%zz",    "[",         "[]",      "[::1",    "::1",     "[::1]a", "[::1]80",
          "[a]", "[g::1]", "[1.2.3.4]", "[::1%1]", "[:::]",   "[::1]:a", "[ ::1]", "a:000080"}) {
        CAPTURE(host);
        CHECK_FALSE(is_host(host));
    }
}
