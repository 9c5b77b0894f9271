#include "worker/os/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace curfew::worker {

namespace {

std::string name_of(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN];
    switch (address.ss_family) {
        case AF_INET: {
            const auto& in = reinterpret_cast<const sockaddr_in&>(address);
            ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
            return std::string(text) + ':' + std::to_string(ntohs(in.sin_port));
        }
        case AF_INET6: {
            const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
            ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
            return '[' + std::string(text) + "]:" + std::to_string(ntohs(in.sin6_port));
        }
        case AF_UNIX:
            return "unix";
        default:
            return "unknown";
    }
}

}  // namespace

Peer::Peer(const sockaddr_storage& address)
    : name_(name_of(address)), over_unix_socket_(address.ss_family == AF_UNIX) {}

}  // namespace curfew::worker
