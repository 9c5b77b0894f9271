#include "worker/clients/client_bound.h"

#include <spdlog/spdlog.h>

namespace curfew::worker {

namespace {

std::string address_of(const Peer& peer) { return peer.name().substr(0, peer.name().rfind(':')); }

}  // namespace

bool ClientBound::admits(const Peer& peer) {
    if (!counts(peer)) return true;
    const auto client = connections_.find(address_of(peer));
    if (client == connections_.end() || client->second < most_) return true;
    ++refused_;
    if (refusal_logged_.due(Deadline::Clock::now())) {
        spdlog::warn(
            "client {} has {} connections, as many as client_connections allows: what it opens "
            "beyond is closed ({} connections of such clients so far)",
            client->first, client->second, refused_);
    }
    return false;
}

void ClientBound::entered(const Peer& peer) {
    if (counts(peer)) ++connections_[address_of(peer)];
}

void ClientBound::left(const Peer& peer) noexcept {
    if (!counts(peer)) return;
    const auto client = connections_.find(address_of(peer));
    if (client != connections_.end() && --client->second == 0) connections_.erase(client);
}

}  // namespace curfew::worker
