#pragma once

#include "tools/laboratory/servers/peer.h"
#include "tools/laboratory/servers/scoped_program.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace curfew::laboratory {

struct PeerSetup {
    int workers = 2;
    /// Of the server: as server_limit() has it. A strategy's is in the request.
    std::chrono::milliseconds limit = std::chrono::seconds(1);
    std::map<std::string, std::string> environment = {};  ///< CURFEW_CACHE_SERVERS, DEMO_HTTP, ...
};

/// The program that has the workers. It listens on 127.0.0.1 on that port, if not needs_proxy();
/// else on a Unix socket of its directory.
[[nodiscard]] Program application_server(const Peer& peer, const PeerSetup& setup,
                                         std::uint16_t port);

/// Whether nginx is before it.
[[nodiscard]] bool needs_proxy(const Peer& peer);
/// That nginx, on that port, before the server in that directory.
[[nodiscard]] Program proxy(const Peer& peer, const PeerSetup& setup, std::uint16_t port,
                            const std::filesystem::path& server);

/// Where an installed program is; empty if it is not. Of php-fpm the newest version, which is in
/// its name.
[[nodiscard]] std::string path_of(const std::string& program);

}  // namespace curfew::laboratory
