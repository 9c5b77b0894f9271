#include "tools/impairment/address.h"

#include "handlers/base/unique_fd.h"
#include "master/config/text.h"

#include <netdb.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace curfew::impairment {

Address parse_address(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        throw std::invalid_argument(master::in_quotes(text) +
                                    " is not an address: write 127.0.0.1:3306");
    }
    auto host = text.substr(0, colon);
    if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    const addrinfo hints{
        .ai_flags = AI_NUMERICSERV, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), text.c_str() + colon + 1, &hints, &found);
    if (error != 0) {
        throw std::invalid_argument(master::in_quotes(text) + ": " + ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> freed(found, &::freeaddrinfo);
    Address address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    return address;
}

std::string to_text(const Address& address) {
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];
    if (::getnameinfo(address.get(), address.size, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return "?";
    }
    const bool is_v6 = address.storage.ss_family == AF_INET6;
    return (is_v6 ? '[' + std::string(host) + ']' : std::string(host)) + ':' + port;
}

Address local_address(int socket) {
    Address address;
    address.size = sizeof address.storage;
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &address.size),
            "getsockname");
    return address;
}

sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        throw std::invalid_argument(master::in_quotes(path) + " cannot be the path of a socket");
    }
    path.copy(address.sun_path, path.size());
    return address;
}

}  // namespace curfew::impairment
