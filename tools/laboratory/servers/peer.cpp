#include "tools/laboratory/servers/peer.h"

#include "tools/laboratory/record/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

using namespace std::chrono_literals;

Peer in_gunicorn(std::string name, std::string strategy, std::string about,
                 std::string worker_class = "sync") {
    return {.name = std::move(name),
            .where = strategy == "none" ? "server" : "function",
            .group = "gunicorn",
            .about = std::move(about),
            .strategy = std::move(strategy),
            .worker_class = worker_class,
            // A worker with greenlets is heard of once a second, whatever its time limit.
            .least_limit = worker_class == "gevent" ? 2s : 1s};
}

const std::vector<Peer>& all_peers() {
    static const std::vector<Peer> all{
        in_gunicorn(
            "gunicorn-sync", "none",
            "gunicorn's timeout: a worker that has not been heard of for so long is killed."),
        in_gunicorn("gunicorn-gevent", "none",
                    "The same with greenlets, which let the worker be heard of while they wait.",
                    "gevent"),
        in_gunicorn("gunicorn-signal", "signal",
                    "signal.setitimer in Python: the handler raises wherever the function is."),
        in_gunicorn("gunicorn-thread", "thread",
                    "threading.Thread.join(timeout) in Python: the thread is left behind."),
        in_gunicorn("gunicorn-timer", "timer",
                    "threading.Timer in Python interrupts the main thread, as Ctrl-C does."),
        in_gunicorn("gunicorn-gevent-timeout", "gevent",
                    "gevent.Timeout in Python: thrown into the greenlet once it waits.", "gevent"),
        in_gunicorn("gunicorn-stopit", "stopit",
                    "stopit.ThreadingTimeout in Python: an exception that another thread sets."),
        in_gunicorn("gunicorn-process", "process",
                    "multiprocessing.Process in Python: forked for the call, killed at the limit."),
        {.name = "uwsgi-harakiri",
         .where = "server",
         .group = "uwsgi",
         .about = "uWSGI's harakiri, to the second: the worker is killed."},
        {.name = "php-fpm",
         .where = "server",
         .group = "php-fpm",
         .about = "php-fpm's request_terminate_timeout: the worker is told to terminate."},
        {.name = "nginx",
         .where = "server",
         .group = "nginx",
         .about = "nginx's proxy_read_timeout, before a curfew without limits: the proxy gives up.",
         .resolution = 1ms},
    };
    return all;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const auto comma = text.find(',');
        parts.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

[[noreturn]] void refuse(std::string_view name) {
    std::vector<std::string> choices{"all", "none"};
    for (const auto& peer : all_peers()) {
        if (std::ranges::find(choices, peer.group) == choices.end()) choices.push_back(peer.group);
    }
    for (const auto& peer : all_peers()) {
        if (peer.name != peer.group) choices.push_back(peer.name);
    }
    throw std::invalid_argument(
        fmt::format("there is no peer \"{}\"; the choices are {}", name, fmt::join(choices, ", ")));
}

}  // namespace

std::vector<Peer> peers(std::string_view names) {
    if (names == "all") return all_peers();
    if (names == "none") return {};
    std::set<std::string> wanted;
    for (const auto& name : split(names)) {
        const auto is_meant = [&](const Peer& peer) {
            return peer.group == name || peer.name == name;
        };
        if (std::ranges::none_of(all_peers(), is_meant)) refuse(name);
        for (const auto& peer : all_peers()) {
            if (is_meant(peer)) wanted.insert(peer.name);
        }
    }
    auto chosen = all_peers();
    std::erase_if(chosen, [&](const Peer& peer) { return !wanted.contains(peer.name); });
    return chosen;
}

bool has_function(const Peer& peer, std::string_view function) {
    if (function == "dns") return false;
    return peer.group != "php-fpm" || function != "cooperative";
}

std::string target_of(const Peer& peer, std::string_view function, std::chrono::milliseconds limit,
                      double seconds) {
    return fmt::format("/timeout/{}/{}?limit={}ms&seconds={}", peer.strategy, function,
                       limit.count(), in_seconds(seconds));
}

double tolerance_ms(const Peer& peer, double settings_tolerance) {
    if (peer.where != "server") return settings_tolerance;
    return std::max(settings_tolerance, static_cast<double>(peer.resolution.count()));
}

std::chrono::milliseconds server_limit(const Peer& peer, std::chrono::milliseconds limit) {
    const auto step = peer.resolution;
    return std::max((limit + step - 1ms) / step * step, peer.least_limit);
}

}  // namespace curfew::laboratory
