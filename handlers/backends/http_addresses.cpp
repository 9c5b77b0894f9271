#include "http_addresses.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <new>

namespace curfew::http {

namespace {

using Kind = BackendError::Kind;

std::string text_of(const sockaddr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto size = static_cast<socklen_t>(text.size());
    if (address.sa_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        return ::inet_ntop(AF_INET, &four.sin_addr, text.data(), size);
    }
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    return "[" + std::string(::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), size)) + "]";
}

}  // namespace

std::string addresses_of(const std::string& name, const BackendCall& call, Deadline deadline) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    int error = 0;
    {
        const ContextScope scope(deadline);
        error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);  // waits as poll() does
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(error == 0 ? list : nullptr,
                                                               [](addrinfo* each) {
                                                                   if (each) ::freeaddrinfo(each);
                                                               });
    if (error == EAI_MEMORY) throw std::bad_alloc();
    if (error == EAI_FAIL && (deadline.passed() || call.is_over())) {
        call.fail(Kind::timed_out, "no name server has answered");
    }
    if (error == EAI_AGAIN) call.fail(Kind::unreachable, "no name server can tell its address");
    if (error != 0) call.fail(Kind::unreachable, "the name is unknown");
    std::string text;
    for (const auto* each = list; each != nullptr; each = each->ai_next) {
        text.append(text.empty() ? "" : ",").append(text_of(*each->ai_addr));
    }
    return text;
}

bool is_connected(CURL* handle) noexcept {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket);
    if (socket == CURL_SOCKET_BAD) return false;
    pollfd wanted{.fd = socket, .events = POLLIN, .revents = 0};
    constexpr timespec at_once{};
    return ::ppoll(&wanted, 1, &at_once, nullptr) == 0;
}

}  // namespace curfew::http
