#include "tests/laboratory/servers/peer_calls.h"

#include "tests/support/wait_until.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace curfew::laboratory {

using namespace std::chrono_literals;

namespace {

/// What came of an experiment, by its own report; the text of another answer.
std::string outcome_of(const Reply& reply) {
    const auto report = nlohmann::json::parse(reply.body, nullptr, false);
    return report.is_object() ? report.at("outcome").get<std::string>() : reply.body;
}

}  // namespace

std::vector<Peer> installed(std::string_view names) {
    auto found = peers(names);
    std::erase_if(found, [](const Peer& peer) {
        const auto gap = gap_of(peer);
        if (gap) MESSAGE(gap->what, ": ", gap->why);
        return gap.has_value();
    });
    return found;
}

Reply get(const PeerServer& server, const std::string& target) {
    return get_at_once(server.port(), target, 1, 10s).at(0);
}

Overrun overrun(const Peer& peer, std::string_view function, double seconds) {
    // Where the function has a limit of its own, the server's must not come first by chance.
    const auto limit = peer.where == "server" ? server_limit(peer, 100ms) + 1s : 30s;
    const PeerServer server(peer, {.workers = 1, .limit = limit});
    const auto worker = server.worker_pids();
    const auto start = std::chrono::steady_clock::now();
    const auto reply = get(server, target_of(peer, function, 100ms, seconds));
    const auto elapsed = std::chrono::steady_clock::now() - start;
    // Whatever has happened to the worker: there is one again, which serves.
    const auto is_well = [&] { return get(server, "/hello").status == 200; };
    if (!tests::wait_until(is_well)) throw std::runtime_error(peer.name + " serves no more");
    return {.status = reply.status,
            .outcome = outcome_of(reply),
            .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed),
            .worker_lives = server.worker_pids() == worker};
}

}  // namespace curfew::laboratory
