#pragma once

#include "worker/os/peer.h"

#include <string>
#include <vector>

namespace curfew::worker {

/// Whose word counts on what only a proxy can know, as gunicorn's forwarded_allow_ips: IP
/// addresses, or `*` for everyone's. A peer over a Unix socket is always trusted.
class TrustedPeers {
  public:
    /// Throws std::invalid_argument for what is neither an address nor `*`.
    explicit TrustedPeers(const std::vector<std::string>& addresses);

    /// An IPv4 address counts as such also over IPv6.
    [[nodiscard]] bool trusts(const Peer& peer) const;

    /// Throws std::invalid_argument as the constructor would.
    static void check(const std::string& address);

  private:
    bool all_ = false;
    std::vector<std::string> addresses_;  ///< in the kernel's spelling
};

}  // namespace curfew::worker
