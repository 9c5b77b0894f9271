#include "lab.h"

#include "../experiment.h"
#include "../functions.h"
#include "inbox.h"
#include "network.h"
#include "page.h"
#include "watch.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>

using namespace curfew;

namespace demo::lab {

namespace {

/// Waits a moment for who has just gone: a client's going is noticed when it is written to, and a
/// dead worker's inbox goes with its keeper.
Inbox open_inbox() {
    const auto give_up = Deadline::in(1500ms);
    while (true) {
        if (auto inbox = Inbox::open()) return std::move(*inbox);
        if (give_up.passed()) break;
        std::this_thread::sleep_for(5ms);
    }
    throw HttpError(409,
                    "somebody else's experiment runs, for at most 30 seconds: there is one "
                    "network for all. Try again when it has ended");
}

std::optional<Bookmark> bookmark_in(const Request& request) {
    const auto last = request.header("Last-Event-ID");
    if (last.empty()) return {};
    return Bookmark::parse(last);
}

const Network& network_of(const Request& request) {
    const auto name = request.query("network");
    return name ? find_network(*name) : networks().front();
}

Response events(const Request& request) {
    const auto& network = network_of(request);
    const auto resumed = bookmark_in(request);
    // Shared, since a std::function must be one that can be copied; nobody does.
    const auto watch = std::make_shared<Watch>(open_inbox(), network, resumed);
    return stream("text/event-stream", [watch] { return watch->next(); })
        .header("Cache-Control", "no-store");
}

/// The master ends the function, at a limit that is the request's own.
Response run_until_harakiri(const Request& request, std::string_view function) {
    const Experiment experiment(request, function);
    request.extend(experiment.limit());
    return experiment.report("harakiri", [&experiment] {
        return run_slow_function(experiment.function(), experiment.call(), experiment.server(),
                                 experiment.seconds());
    });
}

/// Each function has a route of its own, and thus a breaker of its own.
void add_harakiri(Index& index) {
    index.section(
        "The server's own limit",
        "The same functions without any other: at the limit you get a 504, and the worker "
        "is killed and replaced.",
        Index::Harm::worker_dies);
    for (const auto& function : slow_functions()) {
        const auto pattern = "/timeout/harakiri/" + std::string(function.name);
        const auto example = pattern + "?limit=500ms&amp;seconds=2";
        const auto shows = "It " + std::string(function.shows) + ".";
        index.get(
            pattern,
            [name = function.name](const Request& request) {
                return run_until_harakiri(request, name);
            },
            {.shows = shows, .example = example, .status = function.name == "crash" ? 502 : 504});
    }
}

/// Only the experiment that ends then is meant: this may come when the next has begun already.
Response done(const Request& request) {
    tell_watcher("done " + std::string(request.query("ends").value_or("")));
    return Response(204).close_connection();
}

/// A request that takes no time at all.
Response other(const Request&) { return text("Hello\n").close_connection(); }

}  // namespace

void add_page(Index& index) {
    index.get(
        "/lab", [page = lab_page()](const Request&) { return html(page); },
        {"Choose a function, its limit and a bad network, press <i>run</i>, and watch live what "
         "becomes of the requests and the workers."});
}

void add_experiments(Index& index) {
    index.section("Behind the page /lab",
                  "The same functions and limits, several requests at a time, over a network as "
                  "bad as you like.");
    index.get("/lab/events", events,
              {"What that page hears: server-sent events for 30 seconds, one client at a time.",
               "/lab/events?network=clean"});
    index.get("/lab/other", other,
              {"A line of text, and the end of its connection: whoever comes again may get another "
               "worker."});
    index.post("/lab/done", done);
    add_harakiri(index);
}

}  // namespace demo::lab
