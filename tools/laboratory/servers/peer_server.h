#pragma once

#include "tools/laboratory/servers/peer.h"
#include "tools/laboratory/servers/peer_programs.h"
#include "tools/laboratory/servers/scoped_program.h"

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace curfew::laboratory {

/// A peer that runs, on a free port of 127.0.0.1, with a directory of its own. It goes without a
/// trace, also if this program is killed.
///
///     PeerServer server(peer, {.workers = 2, .limit = 1s});
///     get(server.url() + target_of(peer, "sleep", 100ms, 5));
class PeerServer {
  public:
    /// Returns once each of its workers has answered. Throws std::runtime_error with its words if
    /// that does not come.
    explicit PeerServer(const Peer& peer, const PeerSetup& setup = {});

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Without a slash at its end.
    [[nodiscard]] std::string url() const;

    /// The processes that handle requests, in the order in which they were started. Asks those that
    /// have not answered yet, and leaves out who does not.
    [[nodiscard]] std::vector<pid_t> worker_pids() const;
    /// Processes that workers have left behind at their end.
    [[nodiscard]] std::vector<pid_t> orphans() const { return server_->orphans(); }

    /// What the server says, and the proxy before it.
    [[nodiscard]] std::string words() const;

    /// Where it runs: one directory for each program.
    [[nodiscard]] std::vector<std::filesystem::path> directories() const;
    /// All processes, those that see to their end included.
    [[nodiscard]] std::vector<pid_t> processes() const;

  private:
    [[nodiscard]] bool starts(const Peer& peer, const PeerSetup& setup);
    [[nodiscard]] bool ended() const;
    [[nodiscard]] std::vector<pid_t> candidates() const;
    [[nodiscard]] bool has_answered(pid_t pid) const;

    bool is_curfew_;
    std::size_t workers_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ScopedProgram> server_;
    std::unique_ptr<ScopedProgram> proxy_;
    mutable std::set<std::string> heard_;  ///< answers to /pid
};

}  // namespace curfew::laboratory
