#include "tools/laboratory/record/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace curfew::laboratory {

namespace {

/// The same three for every backend. A drip's bytes come sooner than any limit for a single wait,
/// and so that who looks at its limit only when one has come is late by more than what is
/// tolerated, under each condition.
void add_bad_networks(std::vector<Kind>& all, const std::string& name, Backend backend) {
    all.push_back({name + "-stall", name, "the answer stops before its first byte", name, backend,
                   "down stall 0", false});
    all.push_back({name + "-drip", name, "the answer comes one byte every 83 ms", name, backend,
                   "down drip 1/83ms", backend == Backend::cache});  // whose answers are short
    all.push_back({name + "-black-hole", name, "nothing gets through any more", name, backend,
                   "black-hole", false});
}

std::vector<Kind> make_kinds() {
    std::vector<Kind> all;
    all.push_back(
        {"http-delay", "http", "the web server takes its time", "http", Backend::http, ""});
    add_bad_networks(all, "http", Backend::http);
    all.push_back({"cache-delay", "cache", "memcached's answer is five seconds on its way", "cache",
                   Backend::cache, "down latency 5s", false});
    add_bad_networks(all, "cache", Backend::cache);
    all.push_back({"db-delay", "db", "the database's answer is five seconds on its way", "db",
                   Backend::db, "down latency 5s", false});
    add_bad_networks(all, "db", Backend::db);
    all.push_back({"db-slow-query", "db", "the query takes its time", "db", Backend::db, ""});
    all.push_back({"sleep", "wait", "the function sleeps", "sleep"});
    all.push_back(
        {"dns", "wait", "the function looks a name up, and no name server answers", "dns"});
    all.push_back({"lock", "wait", "the function waits for a mutex that nobody frees", "lock"});
    all.push_back(
        {"cooperative", "cpu", "the function computes, and calls checkpoint()", "cooperative"});
    all.push_back({"spin", "cpu", "the function computes", "spin"});
    all.push_back({"deaf", "cpu", "the function computes, with all signals blocked", "deaf"});
    all.push_back({"crash", "crash", "the function writes through a null pointer", "crash"});
    return all;
}

}  // namespace

const std::vector<Kind>& kinds() {
    static const auto all = make_kinds();
    return all;
}

const std::vector<Condition>& conditions() {
    static const std::vector<Condition> all{
        {"clean", "loopback as it is", "", 100, 300, 0},
        {"latency", "100 ms more for every way there and back", "latency 50ms", 700, 1100, 100},
        {"jitter", "20 to 180 ms more for every way there and back", "latency 50ms jitter 40ms",
         900, 1300, 180},
        // TCP sends what was lost once more after 200 ms, and then after 400.
        {"loss", "5 % of all packets are lost, those between client and server too", "", 700, 1100,
         200, 5},
    };
    return all;
}

const Condition& clean_network() {
    return *std::ranges::find(conditions(), false, &Condition::is_bad);
}

bool is_clean(std::string_view network) { return network == clean_network().name; }

const Kind& kind_named(const std::string& name) {
    return *std::ranges::find(kinds(), name, &Kind::name);
}

std::string in_seconds(double seconds) { return fmt::format("{:g}", seconds); }

std::string about_strategy(const std::string& name) {
    static const std::map<std::string, std::string> all{
        {"none", "No limit: only the server's backstop ends it."},
        {"io",
         "A time limit for each operation of the network libraries, as their own options have it."},
        {"deadline", "The waits of the network libraries end at the limit, since poll() is ours."},
        {"fiber", "The same on a green thread, whose waits let others run."},
        {"alarm", "A signal at the limit, which wakes whatever waits."},
        {"thread", "The function runs on another thread, which is left behind at the limit."},
        {"timer", "Another thread interrupts the waits at the limit."},
        {"checkpoint", "The function asks from time to time whether its time is up."},
        {"process", "The function runs in a warm child process, which is killed at the limit."},
        {"fork", "The function runs in a child process of its own, which is killed at the limit."},
        {"unsafe_alarm",
         "An exception out of a signal handler; here in a process that can be spared."},
        {"unsafe_cancel", "Asynchronous pthread_cancel; here in a process that can be spared."},
        {"harakiri", "The server's own limit: the client is answered, and the worker killed."},
    };
    const auto found = all.find(name);
    return found == all.end() ? "" : found->second;
}

}  // namespace curfew::laboratory
