#pragma once

#include "worker/http/trusted_peers.h"
#include "worker/os/seldom.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace curfew::worker {

/// Counts the connections of each client address, and bounds them. Trusted peers may have any
/// number of connections, because a proxy has many clients.
class ClientBound {
  public:
    /// `most`: the bound; 0: none.
    ClientBound(int most, const TrustedPeers& trusted) : most_(most), trusted_(trusted) {}

    /// Whether this peer may have one more connection. If not, logs a warning, but not too often.
    [[nodiscard]] bool admits(const Peer& peer);

    void entered(const Peer& peer);
    void left(const Peer& peer) noexcept;

  private:
    [[nodiscard]] bool counts(const Peer& peer) const {
        return most_ > 0 && !trusted_.trusts(peer);
    }

    const int most_;
    const TrustedPeers& trusted_;
    std::unordered_map<std::string, int> connections_;  ///< by address
    std::uint64_t refused_ = 0;
    Seldom refusal_logged_{std::chrono::seconds(10)};
};

}  // namespace curfew::worker
