#include "functions.h"

#include <curfew/app.h>
#include <curfew/base/timespec.h>

#include "crash.h"
#include "json.h"
#include "name_lookup.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>

using namespace curfew;

namespace demo {

namespace {

std::chrono::duration<double> to_duration(double seconds) {
    return std::chrono::duration<double>(seconds);
}

Deadline end_of(double seconds) {
    return Deadline::in(std::chrono::duration_cast<Duration>(to_duration(seconds)));
}

/// Asks a server that takes so long to answer.
std::string http(const std::string& server, double seconds) {
    std::ostringstream url;
    if (server.empty()) {
        throw HttpError(502, "this server listens on no TCP port: name one to ask in DEMO_HTTP");
    }
    url << server << "/delay/" << seconds;
    const auto response = http::get(url.str(), {.redirects = 0});
    JsonObject value;
    value.add("status", std::to_string(response.status));
    value.add("bytes", std::to_string(response.body.size()));
    return value.text();
}

/// Sets a key and gets it, again and again: each exchange takes a moment, all of them so long.
std::string cache(const std::string&, double seconds) {
    constexpr std::string_view key = "demo:greeting";
    const auto end = end_of(seconds);
    std::uint64_t exchanges = 0;
    std::optional<std::string> got;
    do {
        cache::set(key, "hello, cache", 60s);
        got = cache::get(key);
        exchanges += 2;
    } while (!end.passed());
    JsonObject value;
    value.add("cached", got ? json_string(*got) : "null");
    value.add("exchanges", std::to_string(exchanges));
    return value.text();
}

/// A query that takes the server so long.
std::string db(const std::string&, double seconds) {
    // A literal, so that the database's list of what it runs shows which call this is.
    std::ostringstream query;
    query << "SELECT name, moons, radius_km, SLEEP(" << seconds
          << ") AS slept FROM planets WHERE id = 3";
    const auto result = db::query(query.str());
    JsonObject value;
    for (std::size_t i = 0; i < result.columns.size(); ++i) {
        value.add(result.columns[i], json_string(db::to_text(result.rows.at(0).at(i))));
    }
    return value.text();
}

std::string sleep(const std::string&, double seconds) {
    std::this_thread::sleep_for(to_duration(seconds));
    return json_string("slept");
}

std::string spin(const std::string&, double seconds) {
    for (const auto end = end_of(seconds); !end.passed();) continue;
    return json_string("computed");
}

std::string cooperative(const std::string&, double seconds) {
    for (const auto end = end_of(seconds); !end.passed();) checkpoint();
    return json_string("computed");
}

/// Waits for a mutex that it holds itself. Only so that the demo goes on, not for ever.
std::string lock(const std::string&, double seconds) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    ::pthread_mutex_lock(&mutex);
    const auto end = to_timespec(end_of(seconds));
    ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &end);
    return json_string("gave up waiting for the mutex");
}

/// Takes whole seconds.
std::string dns(const std::string&, double seconds) { return look_up_in_vain(seconds); }

/// Computes with all signals blocked.
std::string deaf(const std::string&, double seconds) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    for (const auto end = end_of(seconds); !end.passed();) continue;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return json_string("computed");
}

/// Takes its process with it, unless it is to take no time at all.
std::string crash(const std::string&, double seconds) {
    if (seconds > 0) crash_by_null_pointer();
    return json_string("did not crash");
}

/// The clients for backends ask checkpoint()'s question themselves, at each step.
bool asks_a_server(const Guarantees& by) { return by.blocked_socket || by.cooperative_loop; }
bool asks_again_and_again(const Guarantees& by) { return by.drip_feed || by.cooperative_loop; }

/// Nothing else ends a function whatever it does.
bool in_another_process(const Guarantees& by) {
    return by.cpu_loop && by.lock && by.signals_blocked;
}

}  // namespace

const std::vector<SlowFunction>& slow_functions() {
    static const std::vector<SlowFunction> all{
        {"http", "asks a web server that takes its time", asks_a_server, http},
        {"db", "queries a database that takes its time", asks_a_server, db},
        {"cache", "sets and gets a key of memcached, again and again", asks_again_and_again, cache},
        {"sleep", "sleeps", [](const Guarantees& by) { return by.sleep; }, sleep},
        {"dns", "looks up a name, and no name server answers",
         [](const Guarantees& by) { return by.name_lookup; }, dns},
        {"cooperative", "computes, and calls <code>checkpoint()</code>",
         [](const Guarantees& by) { return by.cooperative_loop; }, cooperative},
        {"spin", "computes", [](const Guarantees& by) { return by.cpu_loop; }, spin},
        {"lock", "waits for a mutex that nobody frees",
         [](const Guarantees& by) { return by.lock; }, lock},
        {"deaf", "computes, with all signals blocked",
         [](const Guarantees& by) { return by.cpu_loop && by.signals_blocked; }, deaf},
        {"crash", "crashes its process at once: the worker, if it runs there", in_another_process,
         crash},
    };
    return all;
}

std::size_t find_slow_function(std::string_view name) {
    const auto& all = slow_functions();
    std::string choices;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].name == name) return i;
        choices.append(choices.empty() ? "" : ", ").append(all[i].name);
    }
    throw HttpError(
        400, "there is no function \"" + std::string(name) + "\"; the choices are " + choices);
}

}  // namespace demo
