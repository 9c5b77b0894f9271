#include "master/diagnosis/upstreams.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace curfew::master {

namespace {

bool is_address(const std::string& host) noexcept {
    in6_addr ignored{};
    return ::inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

/// An IPv4-mapped address is written as the IPv4 address.
std::string in_brackets(const in6_addr& address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        return ::inet_ntop(AF_INET, address.s6_addr + 12, text, sizeof text);
    }
    return std::string("[") + ::inet_ntop(AF_INET6, &address, text, sizeof text) + "]";
}

std::uint16_t port_of(const sockaddr_storage& address) noexcept {
    // The port has the same offset in both families.
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

std::string to_string(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET) {
        char text[INET_ADDRSTRLEN] = {};
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text,
                    sizeof text);
        return std::string(text) + ":" + std::to_string(port_of(address));
    }
    if (address.ss_family == AF_INET6) {
        return in_brackets(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr) + ":" +
               std::to_string(port_of(address));
    }
    if (address.ss_family == AF_UNIX) {
        const auto& path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
        if (path[0] != '\0') return "unix:" + std::string(path, ::strnlen(path, sizeof path));
    }
    return {};
}

Upstreams::Upstreams(const BackendOptions& options) {
    add("db", options.db.address);
    for (const auto& server : options.cache.servers) add("cache", server);
}

void Upstreams::add(const char* backend, const std::string& address) {
    known_.push_back({backend, address, parse_upstream(address)});
}

std::string Upstreams::name(const sockaddr_storage& peer) const {
    auto address = to_string(peer);  // not const: it is returned by a move
    for (const auto& [backend, configured, upstream] : known_) {
        if (configured == address) return backend + " " + address;
    }
    if (peer.ss_family == AF_UNIX) return address;
    for (const auto& [backend, configured, upstream] : known_) {
        if (!upstream.path.empty() || upstream.port != port_of(peer) || is_address(upstream.host)) {
            continue;
        }
        return backend + " " + configured + " (" + address + ")";
    }
    return address;
}

}  // namespace curfew::master
