#include "tests/support/server.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace curfew::tests;

namespace {

std::string demo_configuration() {
    std::stringstream text;
    text << std::ifstream(CURFEW_SOURCE "/conf/demo.toml").rdbuf();
    return text.str();
}

/// A link of the demo's first page, and the status that the page promises.
struct Link {
    std::string target;
    int status = 200;
};

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin + before.size());
    return std::string(text.substr(0, text.find(after)));
}

std::vector<Link> links_in(std::string_view page) {
    std::vector<Link> links;
    for (auto at = page.find("<li>"); at != std::string_view::npos;
         at = page.find("<li>", at + 1)) {
        const auto entry = page.substr(at, page.find("</li>", at) - at);
        auto target = between(entry, "<a href=\"", "\"");
        if (target.empty()) continue;
        for (auto amp = target.find("&amp;"); amp != std::string::npos;
             amp = target.find("&amp;")) {
            target.replace(amp, 5, "&");
        }
        const auto status = between(entry, "<small>answers ", "</small>");
        links.push_back({target, status.empty() ? 200 : std::stoi(status)});
    }
    return links;
}

/// Of a response that may go on for long, the status alone.
int status_of(const Server& server, const Link& link) {
    Client client(server);
    client.send(get_request(link.target));
    if (!client.hears_within(patience)) return 0;
    const auto head = client.read_some(64);
    return std::stoi(head.substr(head.find(' ') + 1));
}

std::vector<std::string> backend_flags() {
    const auto& options = real_servers();
    return {"--cache-servers",   options.cache.servers.at(0),
            "--db-address",      options.db.address,
            "--db-user",         options.db.user,
            "--db-password",     options.db.password,
            "--db-database",     options.db.database,
            "--circuit-breaker", "0"};
}

/// What is undefined then ends in other ways.
#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

}  // namespace

TEST_CASE("every link of the demo's first page answers as the page says") {
    const Server server(
        {.flags = backend_flags(), .config = demo_configuration(), .workers = 4, .before_exec = [] {
             ::setenv("DEMO_FILES", CURFEW_SOURCE "/docs", 1);
         }});
    const auto links = links_in(server.get("/").body);
    CHECK(links.size() > 30);

    for (const auto& link : links) {
        CAPTURE(link.target);
        if (sanitized && link.target.starts_with("/timeout/unsafe_")) continue;
        CHECK(status_of(server, link) == link.status);
    }
}

TEST_CASE("--timeout is the limit of all views but those that need longer") {
    const Server server(
        {.flags = {"--timeout", "0.5"}, .config = demo_configuration(), .workers = 4});

    for (const auto* const way : {"sleep", "spin", "lock", "deaf"}) {
        CAPTURE(way);
        const auto reply = server.get(std::string("/stuck/") + way);
        CHECK(reply.status == 504);
        CHECK(reply.field("Curfew-Limit") == "timeout=500ms");
    }
    CHECK(server.get("/delay/0.8").status == 200);
    const auto stream = server.get("/stream/2?interval=800ms");
    CHECK(stream.status == 200);
    CHECK(stream.whole);
    const auto limit = server.get("/timeout/deadline/sleep?limit=800ms&seconds=2");
    CHECK(limit.status == 504);
    CHECK(contains(limit.body, "\"outcome\": \"timeout\""));
    for (const auto* const by : {"unsafe_alarm", "unsafe_cancel"}) {
        const auto unsafe =
            server.get(std::string("/timeout/") + by + "/sleep?seconds=0.8&limit=2");
        CHECK(unsafe.status == 200);
    }
    const auto own = server.get("/timeout/harakiri/sleep?limit=800ms&seconds=3");
    CHECK(own.status == 504);
    CHECK(own.field("Curfew-Limit") == "timeout=800ms");
}
