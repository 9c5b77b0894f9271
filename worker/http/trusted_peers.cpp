#include "worker/http/trusted_peers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace curfew::worker {

namespace {

constexpr std::string_view mapped = "::ffff:";

/// The one spelling of an address; empty if it is none.
std::string spelled(const std::string& address) {
    char bytes[sizeof(in6_addr)];
    char text[INET6_ADDRSTRLEN];
    for (const int family : {AF_INET, AF_INET6}) {
        if (::inet_pton(family, address.c_str(), bytes) == 1) {
            return ::inet_ntop(family, bytes, text, sizeof text);
        }
    }
    return {};
}

/// "127.0.0.1:40112" or "[::1]:40112" without the port.
std::string_view address_of(std::string_view peer) {
    peer = peer.substr(0, peer.rfind(':'));
    if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
    if (peer.starts_with(mapped) && peer.find('.') != std::string_view::npos) {
        peer.remove_prefix(mapped.size());
    }
    return peer;
}

}  // namespace

TrustedPeers::TrustedPeers(const std::vector<std::string>& addresses) {
    for (const auto& address : addresses) {
        check(address);
        if (address == "*") {
            all_ = true;
        } else if (!address.empty()) {
            addresses_.push_back(spelled(address));
        }
    }
}

bool TrustedPeers::trusts(const Peer& peer) const {
    return all_ || peer.over_unix_socket() ||
           std::ranges::find(addresses_, address_of(peer.name())) != addresses_.end();
}

void TrustedPeers::check(const std::string& address) {
    if (address.empty() || address == "*" || !spelled(address).empty()) return;
    throw std::invalid_argument("\"" + address + "\" is not an IP address, nor *");
}

}  // namespace curfew::worker
