#include "worker/os/peer_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace curfew::worker {

std::string peer_name(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN];
    if (address.ss_family == AF_INET) {
        const auto& in = reinterpret_cast<const sockaddr_in&>(address);
        ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
        return std::string(text) + ':' + std::to_string(ntohs(in.sin_port));
    }
    if (address.ss_family == AF_INET6) {
        const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
        ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
        return '[' + std::string(text) + "]:" + std::to_string(ntohs(in.sin6_port));
    }
    return "unix";
}

}  // namespace curfew::worker
