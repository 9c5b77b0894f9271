#include "name_lookup.h"

#include "../http/headers.h"
#include "call_context.h"
#include "known_names.h"
#include "limited_poll.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <resolv.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

namespace curfew {

namespace {

using State = HostAddresses::State;

/// A c-ares channel with the settings that libc's resolver has now.
class Resolver {
  public:
    Resolver() {
        // Makes libc read /etc/resolv.conf again if it has changed.
        std::array<unsigned char, NS_PACKETSZ> query{};
        ::res_mkquery(ns_o_query, "localhost", ns_c_in, ns_t_a, nullptr, 0, nullptr, query.data(),
                      static_cast<int>(query.size()));
        const auto& libc = _res;

        char nothing[] = "/dev/null";
        char hosts_first[] = "fb";
        ares_options options{};
        options.resolvconf_path = nothing;
        options.lookups = hosts_first;
        options.flags = (libc.options & RES_USEVC) ? ARES_FLAG_USEVC : 0;
        options.timeout = std::max(libc.retrans, 1) * 1000;
        options.tries = std::max(libc.retry, 1);
        options.ndots = static_cast<int>(libc.ndots);
        options.domains = const_cast<char**>(libc.dnsrch);
        while (libc.dnsrch[options.ndomains] != nullptr) ++options.ndomains;
        const int rotate = (libc.options & RES_ROTATE) ? ARES_OPT_ROTATE : ARES_OPT_NOROTATE;
        check(::ares_init_options(&channel_, &options,
                                  ARES_OPT_RESOLVCONF | ARES_OPT_LOOKUPS | ARES_OPT_FLAGS |
                                      ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                                      ARES_OPT_DOMAINS | rotate));
        try {
            set_servers(libc);
        } catch (...) {
            ::ares_destroy(channel_);
            throw;
        }
    }
    ~Resolver() { ::ares_destroy(channel_); }
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// status() stays ARES_ECANCELLED if the context expires first.
    void ask(const std::string& name, int family) {
        ares_addrinfo_hints hints{};
        hints.ai_flags = ARES_AI_CANONNAME;
        hints.ai_family = family;
        hints.ai_socktype = SOCK_STREAM;
        ::ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &Resolver::on_end, this);
        while (!ended_ && wait()) continue;
        if (!ended_) ::ares_cancel(channel_);
    }

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] const ares_addrinfo* result() const noexcept { return result_.get(); }

  private:
    static void check(int status) {
        if (status != ARES_SUCCESS)
            throw std::bad_alloc();  // the other errors cannot occur with constant options
    }

    void set_servers(const struct __res_state& libc) {
        std::array<ares_addr_port_node, MAXNS> servers{};
        ares_addr_port_node* first = nullptr;
        ares_addr_port_node** last = &first;
        for (int i = 0; i < std::min(libc.nscount, MAXNS); ++i) {
            auto& server = servers[static_cast<std::size_t>(i)];
            const auto& four = libc.nsaddr_list[i];
            const auto* const six = libc._u._ext.nsaddrs[i];
            if (four.sin_family == AF_INET) {
                server.family = AF_INET;
                server.addr.addr4 = four.sin_addr;
                server.udp_port = server.tcp_port = ntohs(four.sin_port);
            } else if (six != nullptr) {
                server.family = AF_INET6;
                std::memcpy(&server.addr.addr6, &six->sin6_addr, sizeof six->sin6_addr);
                server.udp_port = server.tcp_port = ntohs(six->sin6_port);
            } else {
                continue;
            }
            *last = &server;
            last = &server.next;
        }
        if (first != nullptr) check(::ares_set_servers_ports(channel_, first));
    }

    /// False once the context has expired.
    bool wait() {
        std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
        const auto wanted = static_cast<unsigned>(
            ::ares_getsock(channel_, sockets.data(), static_cast<int>(sockets.size())));
        std::array<pollfd, ARES_GETSOCK_MAXNUM> fds{};
        nfds_t count = 0;
        for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
            const int events = (ARES_GETSOCK_READABLE(wanted, i) ? POLLIN : 0) |
                               (ARES_GETSOCK_WRITABLE(wanted, i) ? POLLOUT : 0);
            if (events == 0) continue;
            fds[count++] = {.fd = sockets[i], .events = static_cast<short>(events), .revents = 0};
        }
        timeval left{};
        const auto* const next = ::ares_timeout(channel_, nullptr, &left);
        if (next == nullptr) return false;
        const auto time =
            std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec);
        const auto whole = std::chrono::ceil<std::chrono::milliseconds>(time).count();
        const int ready =
            limited_poll(fds.data(), count, Deadline::in(std::chrono::milliseconds(whole)));
        if (call_context().expired()) return false;
        if (ready <= 0) ::ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        for (nfds_t i = 0; ready > 0 && i < count; ++i) {
            const bool out = (fds[i].revents & POLLOUT) != 0;
            const bool in = (fds[i].revents & ~POLLOUT) != 0;
            if (!in && !out) continue;
            ::ares_process_fd(channel_, in ? fds[i].fd : ARES_SOCKET_BAD,
                              out ? fds[i].fd : ARES_SOCKET_BAD);
        }
        return true;
    }

    static void on_end(void* self, int status, int, ares_addrinfo* result) noexcept {
        auto& resolver = *static_cast<Resolver*>(self);
        resolver.ended_ = true;
        resolver.status_ = status;
        resolver.result_.reset(result);
    }

    struct Free {
        void operator()(ares_addrinfo* result) const noexcept { ::ares_freeaddrinfo(result); }
    };

    ares_channel channel_ = nullptr;
    bool ended_ = false;
    int status_ = ARES_ECANCELLED;
    std::unique_ptr<ares_addrinfo, Free> result_;
};

State state_of(int status) {
    switch (status) {
        case ARES_SUCCESS:
            return State::found;
        case ARES_ENOTFOUND:
        case ARES_ENODATA:
        case ARES_EBADNAME:
        case ARES_ENONAME:
            return State::unknown;
        case ARES_ENOMEM:
            throw std::bad_alloc();
        default:
            return State::failed;
    }
}

std::string text_of(const sockaddr& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* const bytes =
        address.sa_family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr)
            : &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    ::inet_ntop(address.sa_family, bytes, text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
}

/// localhost is never looked up (RFC 6761 section 6.3). c-ares 1.18 knows the name, too, but leaks
/// memory then.
bool is_this_machine(const std::string& name) {
    constexpr std::string_view localhost = "localhost";
    std::string_view rest = name;
    if (rest.ends_with('.')) rest.remove_suffix(1);
    if (rest.size() < localhost.size()) return false;
    const auto last = rest.substr(rest.size() - localhost.size());
    const auto before = rest.substr(0, rest.size() - localhost.size());
    return equals_ignoring_case(last, localhost) && (before.empty() || before.ends_with('.'));
}

HostAddresses this_machine(int family) {
    HostAddresses host{.state = State::found, .canonical_name = "localhost"};
    if (family != AF_INET) host.texts.emplace_back("::1");
    if (family != AF_INET6) host.texts.emplace_back("127.0.0.1");
    return host;
}

}  // namespace

HostAddresses look_up(const std::string& name, int family) {
    if (is_this_machine(name)) return this_machine(family);
    if (auto known = known_names().find(name, family)) return std::move(*known);
    Resolver resolver;
    resolver.ask(name, family);

    HostAddresses host{.state = state_of(resolver.status())};
    if (host.state != State::found) return host;
    auto life = std::chrono::seconds::max();
    for (const auto* each = resolver.result()->nodes; each != nullptr; each = each->ai_next) {
        host.texts.push_back(text_of(*each->ai_addr));
        life = std::min(life, std::chrono::seconds(each->ai_ttl));
    }
    if (host.texts.empty()) return {.state = State::unknown};
    if (resolver.result()->name != nullptr) host.canonical_name = resolver.result()->name;
    known_names().keep(name, family, host, life);
    return host;
}

}  // namespace curfew
