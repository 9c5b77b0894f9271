#pragma once

#include "worker/os/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdexcept>

namespace curfew::worker {

/// A peer at port 40112 of an IPv4 or IPv6 address.
inline Peer peer_at(const char* host) {
    sockaddr_storage address{};
    auto& in = reinterpret_cast<sockaddr_in&>(address);
    auto& in6 = reinterpret_cast<sockaddr_in6&>(address);
    if (::inet_pton(AF_INET, host, &in.sin_addr) == 1) {
        in.sin_family = AF_INET;
        in.sin_port = htons(40112);
    } else if (::inet_pton(AF_INET6, host, &in6.sin6_addr) == 1) {
        in6.sin6_family = AF_INET6;
        in6.sin6_port = htons(40112);
    } else {
        throw std::invalid_argument(host);
    }
    return Peer(address);
}

}  // namespace curfew::worker
