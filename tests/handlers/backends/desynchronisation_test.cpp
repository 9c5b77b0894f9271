#include "handlers/backends/cache.h"
#include "handlers/backends/db.h"
#include "handlers/backends/http.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/http_server.h"
#include "tests/support/proxy.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <iterator>
#include <string>

// A call that is interrupted must leave nothing behind that the next one takes for its own answer:
// neither half a reply in a pooled connection, nor a whole one that came too late.

namespace curfew::tests {

using namespace std::chrono_literals;

namespace {

constexpr int interruptions = 200;

std::ptrdiff_t entries(const std::string& directory) {
    return std::distance(std::filesystem::directory_iterator(directory), {});
}

std::ptrdiff_t descriptors() { return entries("/proc/self/fd"); }
std::ptrdiff_t threads() { return entries("/proc/self/task"); }

using Ask = std::function<std::string(const std::string& key)>;

/// Calls through a slow proxy whose limits pass at all moments of a call, from before it begins
/// until `longest`, each followed by one that has time. `ask` answers a key with the key.
void interrupt_again_and_again(Proxy& proxy, const Ask& ask, Duration longest) {
    CHECK(ask("first") == "first");  // from here on there is a connection in the pool
    const auto descriptors_before = descriptors();
    const auto threads_before = threads();
    proxy.set(Proxy::Mode::slow);

    int timeouts = 0;
    int wrong = 0;
    for (int i = 0; i < interruptions; ++i) {
        const auto number = std::to_string(i);
        const auto result = attempt([&] {
            const auto limit = longest * (i % 40) / 40;
            const auto answer =
                with_timeout(limit, "deadline", [&] { return ask("interrupted" + number); });
            wrong += answer == "interrupted" + number ? 0 : 1;
        });
        CAPTURE(result.message);
        CHECK((result.timed_out || result.message.empty()));
        timeouts += result.timed_out ? 1 : 0;
        wrong += ask("next" + number) == "next" + number ? 0 : 1;
    }

    proxy.set(Proxy::Mode::pass);
    CHECK(timeouts >= interruptions / 20);
    CHECK(wrong == 0);
    CHECK(ask("last") == "last");
    CHECK(wait_until([&] { return descriptors() == descriptors_before; }));
    CHECK(wait_until([&] { return threads() == threads_before; }));
}

}  // namespace

TEST_CASE("http: no interruption makes the next call get another's answer") {
    const Configured configured;
    const Peer server(http_talk([](const std::string& request) {
        return response(request.substr(5, request.find(' ', 5) - 5));
    }));
    Proxy proxy(server.address());

    interrupt_again_and_again(
        proxy,
        [&](const std::string& key) {
            return http::get("http://" + proxy.address() + "/" + key).body;
        },
        6ms);
}

TEST_CASE("cache: no interruption makes the next call get another's answer") {
    Proxy proxy(real_servers().cache.servers.at(0));
    BackendOptions options = real_servers();
    options.cache.servers = {proxy.address()};
    options.cache.timeout = 1min;
    const Configured configured(options);

    interrupt_again_and_again(
        proxy,
        [](const std::string& key) {
            cache::set(key, key);
            return cache::get(key).value_or("none");
        },
        8ms);
}

TEST_CASE("db: no interruption makes the next call get another's answer") {
    Proxy proxy(real_servers().db.address);
    BackendOptions options = real_servers();
    options.db.address = proxy.address();
    const Configured configured(options);

    interrupt_again_and_again(
        proxy,
        [](const std::string& key) {
            return db::to_text(db::query("SELECT ?", {key}).rows.at(0).at(0));
        },
        16ms);
}

}  // namespace curfew::tests
