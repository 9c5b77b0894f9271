#include "handlers/backends/cache.h"
#include "handlers/backends/configure.h"
#include "handlers/backends/db.h"
#include "handlers/backends/http.h"
#include "handlers/context/known_names.h"
#include "handlers/timeouts/processes/child_process.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/http_server.h"
#include "tests/support/name_server.h"
#include "tests/support/peer.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <clocale>
#include <string>
#include <string_view>

namespace curfew::tests {

using namespace std::chrono_literals;
using Kind = BackendError::Kind;

namespace {

std::string port_of(const Peer& server) {
    const auto address = server.address();
    return address.substr(address.rfind(':'));
}

/// The answer is the request, but "/to?URL" leads there.
std::string lead_or_echo(const std::string& request) {
    constexpr std::string_view lead = "GET /to?";
    if (!request.starts_with(lead)) return response(request);
    const auto url = request.substr(lead.size(), request.find(' ', lead.size()) - lead.size());
    return response("", "302 Found", "Location: " + url + "\r\n");
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("http: a name is looked up once, and stays the name for the server") {
    const Peer server(http_talk(echo));
    const NameServer names(NameServer::Zone{{"once.test", {"127.0.0.1"}}});
    const AsksNameServer asks(names.port());
    const std::string host = "once.test" + port_of(server);

    CHECK(has(http::get("http://" + host + "/").body, "\r\nHost: " + host + "\r\n"));
    const int questions = names.questions();
    CHECK(has(http::get("http://" + host + "/").body, "\r\nHost: " + host + "\r\n"));
    CHECK(has(http::get("http://ONCE.test" + port_of(server) + "/").body, "Host: "));

    CHECK(questions > 0);
    CHECK(server.connections() <= 2);
}

TEST_CASE("http: a connection that is kept needs no name server") {
    const Peer server(http_talk(echo));
    std::string url;
    {
        const NameServer names(NameServer::Zone{{"kept.test", {"127.0.0.1"}}}, 0);
        const AsksNameServer asks(names.port());
        url = "http://kept.test" + port_of(server) + "/";
        (void)http::get(url);
    }
    REQUIRE(wait_until([] { return !known_names().find("kept.test", AF_UNSPEC); }));

    const NameServer silent(NameServer::Zone{{"kept.test", {}}});
    const AsksNameServer asks(silent.port());
    CHECK(http::get(url).status == 200);
    CHECK(silent.questions() == 0);
    CHECK(server.connections() == 1);
}

TEST_CASE("http: an address needs no look-up, and neither does this machine's name") {
    const Peer server(http_talk(echo));
    const NameServer names(NameServer::Zone{});
    const AsksNameServer asks(names.port());

    CHECK(http::get("http://127.0.0.1" + port_of(server) + "/").status == 200);
    CHECK(http::get("http://localhost" + port_of(server) + "/").status == 200);
    CHECK(http::get("http://here.localhost" + port_of(server) + "/").status == 200);
    CHECK(names.questions() == 0);
}

TEST_CASE("http: a name is known by all its spellings") {
    const Peer server(http_talk(echo));
    const NameServer names(
        NameServer::Zone{{"spelt.test", {"127.0.0.1"}}, {"xn--bcher-kva.test", {"127.0.0.1"}}});
    const AsksNameServer asks(names.port());
    const auto status = [&](const std::string& name) {
        return http::get("http://" + name + port_of(server) + "/").status;
    };

    CHECK(status("spelt.test.") == 200);
    CHECK(status("SPELT.Test") == 200);
    CHECK(status("s%70elt.test") == 200);
    const auto without_locale = attempt([&] { (void)status("b\u00fccher.test"); });
    CHECK(without_locale.kind == Kind::protocol);
    ::setlocale(LC_CTYPE, "C.UTF-8");
    CHECK(status("b\u00fccher.test") == 200);
    ::setlocale(LC_CTYPE, "C");
}

TEST_CASE("http: an address that does not answer gives way to the next one of the name") {
    const Peer server(http_talk(echo));
    const NameServer names(
        NameServer::Zone{{"several.test", {"127.0.0.77", "127.0.0.1", "127.0.0.78"}}});
    const AsksNameServer asks(names.port());

    CHECK(http::get("http://several.test" + port_of(server) + "/").status == 200);
}

TEST_CASE("http: a look-up that gets no answer costs the limit, and leaves no thread behind") {
    const NameServer silent(NameServer::Zone{{"silent.test", {}}});
    const AsksNameServer asks(silent.port());
    const OwnThreads threads;
    with_timeout(1s, "timer", [] {});  // whose thread stays
    const int before = threads.count();

    for (const auto* const by : {"deadline", "timer", "alarm", "fiber"}) {
        CAPTURE(by);
        const auto result = attempt(
            [&] { with_timeout(200ms, by, [] { (void)http::get("http://silent.test:1/"); }); });
        CHECK(result.timed_out);
        CHECK(took_its_200_ms(result));
    }
    CHECK(threads.count() == before);
}

TEST_CASE("cache and db: a look-up that gets no answer costs the limit") {
    const NameServer silent(NameServer::Zone{{"silent.test", {}}});
    const AsksNameServer asks(silent.port());
    BackendOptions options = real_servers();
    options.cache.servers = {"silent.test:1"};
    options.db.address = "silent.test:1";
    const Configured configured(options);

    for (const auto* const by : {"deadline", "timer", "alarm", "fiber"}) {
        CAPTURE(by);
        const auto cached =
            attempt([&] { with_timeout(200ms, by, [] { (void)cache::get("key"); }); });
        const auto queried =
            attempt([&] { with_timeout(200ms, by, [] { (void)db::query("SELECT 1"); }); });
        for (const auto& result : {cached, queried}) {
            CAPTURE(result.message);
            CHECK(result.timed_out);
            CHECK(took_its_200_ms(result));
        }
    }
    CHECK(silent.questions() > 0);
}

TEST_CASE("http: a look-up counts as a part of connecting") {
    BackendOptions options = real_servers();
    options.http.connect_timeout = 200ms;
    const Configured configured(options);
    const NameServer silent(NameServer::Zone{{"silent.test", {}}});
    const AsksNameServer asks(silent.port());

    const auto result = attempt_within(1min, [] { (void)http::get("http://silent.test:1/"); });

    CHECK(result.kind == Kind::timed_out);
    CHECK(result.message.starts_with("http silent.test:1: no name server has answered after "));
    CHECK(took_its_200_ms(result));
}

TEST_CASE("http: a name that there is not, and one that nobody can tell") {
    const auto asked = [](std::uint16_t port) {
        const AsksNameServer asks(port);
        return attempt([] { (void)http::get("http://nobody.test:1/"); });
    };
    const NameServer names(NameServer::Zone{});
    std::uint16_t closed = 0;
    { closed = NameServer(NameServer::Zone{}).port(); }

    const auto unknown = asked(names.port());
    CHECK(unknown.kind == Kind::unreachable);
    CHECK(unknown.message == "http nobody.test:1: the name is unknown");
    const auto failed = asked(closed);
    CHECK(failed.kind == Kind::unreachable);
    CHECK(failed.message == "http nobody.test:1: no name server can tell its address");
}

TEST_CASE("http: a redirect to another name is looked up, and is told no secrets") {
    const Peer first(http_talk(lead_or_echo));
    const Peer second(http_talk(echo));
    const NameServer names(
        NameServer::Zone{{"first.test", {"127.0.0.1"}}, {"second.test", {"127.0.0.1"}}});
    const AsksNameServer asks(names.port());
    const auto here = "http://Ann:secret@first.test" + port_of(first);
    http::Options options;
    options.headers.set("Cookie", "id=7");
    options.headers.set("X-Other", "kept");

    const auto away = http::get(here + "/to?http://second.test" + port_of(second) + "/x", options);
    const auto within = http::get(here + "/to?http://first.test" + port_of(first) + "/x", options);
    const auto relative = http::get(here + "/to?/x", options);

    CHECK(away.body.starts_with("GET /x HTTP/1.1\r\n"));
    CHECK(has(away.body, "Host: second.test" + port_of(second)));
    CHECK(has(away.body, "X-Other: kept"));
    CHECK_FALSE(has(away.body, "Cookie"));
    CHECK_FALSE(has(away.body, "Authorization"));
    for (const auto* const reply : {&within, &relative}) {
        CHECK(reply->body.starts_with("GET /x HTTP/1.1\r\n"));
        CHECK(has(reply->body, "Cookie: id=7"));
        CHECK(has(reply->body, "Authorization: Basic "));
    }
}

}  // namespace curfew::tests
