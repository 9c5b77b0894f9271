#include "tests/support/impaired.h"
#include "tests/support/server.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>

using namespace curfew::tests;

namespace {

/// The event stream of the lab, over a connection of its own.
class Events {
  public:
    explicit Events(const Server& server, const std::string& query = "",
                    const std::string& fields = "")
        : client_(server) {
        client_.send(get_request("/lab/events" + query, fields));
    }

    /// Reads on until this has come; false if it does not, or the stream ends.
    bool tell(std::string_view text) {
        const auto give_up = std::chrono::steady_clock::now() + patience;
        while (!contains(heard_, text)) {
            if (std::chrono::steady_clock::now() > give_up || !client_.hears_within(patience)) {
                return false;
            }
            const auto more = client_.read_some(65536);
            if (more.empty()) return false;
            heard_ += more;
        }
        return true;
    }

    [[nodiscard]] const std::string& heard() const noexcept { return heard_; }

    /// The id of the last event.
    [[nodiscard]] std::string last_id() const {
        const auto at = heard_.rfind("\nid: ") + 5;
        return heard_.substr(at, heard_.find('\n', at) - at);
    }

    /// When this experiment ends at the latest, which is its name.
    [[nodiscard]] std::string ends() const {
        constexpr std::string_view member = "\"ends\": ";
        const auto at = heard_.find(member) + member.size();
        return heard_.substr(at, heard_.find_first_not_of("0123456789", at) - at);
    }

    void leave() { client_.reset(); }

  private:
    Client client_;
    std::string heard_;
};

std::string with_pid(pid_t pid) { return "\"pid\": " + std::to_string(pid); }

/// The demo with somebody else's server, which is never asked here, behind a proxy.
struct Impairable {
    Impaired proxy{1};
    Server server{Setup{.workers = 3, .before_exec = [this] {
                            ::setenv("DEMO_NETWORK", proxy.control_socket().c_str(), 1);
                        }}};

    [[nodiscard]] bool network_is(const std::string& words) const {
        return wait_until([&] { return proxy.ask("show") == words; });
    }
};

}  // namespace

TEST_CASE("the lab's page has every function, strategy and network there is") {
    const Server server;
    const auto page = server.get("/lab");

    CHECK(page.status == 200);
    for (const auto* const choice :
         {"cooperative", "deaf", "crash", "process", "unsafe_cancel", "harakiri", "clean"}) {
        CHECK(contains(page.body, std::string("<option value=\"") + choice));
    }
    CHECK(contains(page.body, "Only the clean network is there"));
    CHECK_FALSE(contains(page.body, "black-hole"));
    CHECK(contains(Impairable().server.get("/lab").body, "<option value=\"black-hole"));
}

TEST_CASE("the lab tells how a request is killed, and that there is another worker then") {
    const Server server({.workers = 3});
    const auto before = server.workers(3);
    Events events(server);
    REQUIRE(events.tell("event: hello"));
    CHECK(contains(events.heard(), "Content-Type: text/event-stream"));
    for (const pid_t pid : before) CHECK(contains(events.heard(), with_pid(pid)));

    const auto reply = server.get("/timeout/harakiri/sleep?limit=200ms&seconds=5&n=7");

    CHECK(reply.status == 504);
    const auto limit = reply.field("Curfew-Limit");  // from when the request came
    CHECK(limit.size() == std::string("timeout=200ms").size());
    CHECK(limit >= "timeout=200ms");
    REQUIRE(events.tell("event: death"));
    REQUIRE(events.tell("event: worker"));
    const auto began = events.heard().find("\"request\": 7, ");
    REQUIRE(began != std::string::npos);
    const auto pid = std::stoi(events.heard().substr(events.heard().find("pid", began) + 6));
    CHECK(std::ranges::find(before, pid) != before.end());
    CHECK(events.heard().find(with_pid(pid), events.heard().find("event: death")) !=
          std::string::npos);
    CHECK_FALSE(contains(events.heard(), "event: end"));
    CHECK(server.get("/pid").status == 200);
}

TEST_CASE("the lab tells when a request begins and ends, and ends itself when it is done") {
    const Server server({.workers = 3});
    Events events(server);
    REQUIRE(events.tell("event: hello"));

    CHECK(server.get("/timeout/deadline/sleep?limit=100ms&n=1").status == 504);

    CHECK(events.tell("event: begin"));
    CHECK(events.tell("event: end"));
    Client other(server);
    other.send(post_request("/lab/done?ends=" + events.ends(), ""));
    CHECK(other.read_reply().status == 204);
    CHECK(events.tell("\"why\": \"done\""));
    CHECK(events.tell("0\r\n\r\n"));
    CHECK(Events(server).tell("event: hello"));
}

TEST_CASE("the end of another experiment ends none") {
    const Server server({.workers = 3});
    Events events(server);
    REQUIRE(events.tell("event: hello"));

    for (const auto* const query : {"", "?ends=", "?ends=1"}) {
        Client other(server);
        other.send(post_request(std::string("/lab/done") + query, ""));
        CHECK(other.read_reply().status == 204);
    }

    CHECK(server.get("/timeout/deadline/sleep?limit=50ms&n=1").status == 504);
    CHECK(events.tell("event: end"));
    CHECK_FALSE(contains(events.heard(), "event: bye"));
}

TEST_CASE("the lab tells what ran in a worker before it tells that the worker died") {
    const Server server({.workers = 3});
    static_cast<void>(server.workers(3));  // of one that came later, a death could be its first
    Events events(server);
    REQUIRE(events.tell("event: hello"));

    CHECK(server.get("/timeout/deadline/crash?n=1").status == 502);

    REQUIRE(events.tell("event: death"));
    CHECK(events.heard().find("event: begin") < events.heard().find("event: death"));
}

TEST_CASE("one experiment at a time: others get 409") {
    const Server server({.workers = 3});
    std::optional<Events> first(server);
    REQUIRE(first->tell("event: hello"));

    const auto second = server.get("/lab/events");

    CHECK(second.status == 409);
    CHECK(contains(second.body, "somebody else's experiment runs"));
    first.reset();
    CHECK(wait_until([&] { return Events(server).tell("event: hello"); }));
}

TEST_CASE("what the lab does not understand is 400, and it says what") {
    const Server server;

    const auto network = server.get("/lab/events?network=wet");
    CHECK(network.status == 400);
    CHECK(contains(network.body, "clean, late, jitter, drip, stall, black-hole"));
    const auto drip = server.get("/lab/events?network=drip");
    CHECK(drip.status == 400);
    CHECK(contains(drip.body, "only the clean network is there"));
    for (const auto* const id : {"x", "1", "1-", "1-2-", "1-2-3x", "-1-2"}) {
        CAPTURE(id);
        CHECK(server.get("/lab/events", std::string("Last-Event-ID: ") + id + "\r\n").status ==
              400);
    }
    CHECK(server.get("/timeout/harakiri/nothing").status == 400);
    CHECK(contains(server.get("/timeout/deadline/sleep?n=100").body, "number from 0 to 99"));
}

TEST_CASE("the network is bad for as long as somebody watches, and sound when he has left") {
    const Impairable demo;
    Events events(demo.server, "?network=stall");
    REQUIRE(events.tell("event: hello"));
    CHECK(demo.network_is("ok down stall 20"));

    events.leave();

    CHECK(demo.network_is("ok"));
}

TEST_CASE("the network is sound again also if the worker that watches is killed") {
    const Impairable demo;
    Events events(demo.server, "?network=drip");
    REQUIRE(events.tell("\"watcher\": "));
    CHECK(demo.network_is("ok down drip 1/50ms"));
    const auto at = events.heard().find("\"watcher\": ") + 11;
    const auto watcher = std::stoi(events.heard().substr(at));

    ::kill(watcher, SIGKILL);

    CHECK(demo.network_is("ok"));
    // As a browser does then.
    Events resumed(demo.server, "?network=drip", "Last-Event-ID: " + events.last_id() + "\r\n");
    REQUIRE(resumed.tell("\"resumed\": true"));
    CHECK(resumed.tell("event: death"));
    CHECK(contains(resumed.heard(), with_pid(watcher)));
    CHECK(demo.network_is("ok down drip 1/50ms"));
}

TEST_CASE("a proxy that is not there is 502, and named") {
    const Server server(
        {.before_exec = [] { ::setenv("DEMO_NETWORK", "/nonexistent/http.control", 1); }});

    const auto reply = server.get("/lab/events?network=drip");

    CHECK(reply.status == 502);
    CHECK(contains(reply.body, "/nonexistent/http.control: No such file"));
}
