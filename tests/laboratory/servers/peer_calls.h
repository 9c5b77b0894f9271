#pragma once

#include "tools/laboratory/servers/loopback.h"
#include "tools/laboratory/servers/peer_server.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::laboratory {

/// Those of peers(names) that can be tested here; says which cannot.
[[nodiscard]] std::vector<Peer> installed(std::string_view names);

[[nodiscard]] Reply get(const PeerServer& server, const std::string& target);

/// A call that goes beyond a limit of 100 ms, and what it was like from outside.
struct Overrun {
    int status = 0;
    std::string outcome;
    std::chrono::milliseconds elapsed{};
    bool worker_lives = false;
};

/// Of a server with one worker, whose own limit is as short as it can be. Returns once it serves
/// again.
[[nodiscard]] Overrun overrun(const Peer& peer, std::string_view function, double seconds);

}  // namespace curfew::laboratory
