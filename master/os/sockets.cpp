#include "master/os/sockets.h"

#include "handlers/base/parse_number.h"
#include "master/os/directory.h"
#include "master/os/in_use.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace curfew::master {

namespace {

constexpr std::uint16_t default_port = 8000;

Bind parse_unix(std::string_view text) {
    const auto comma = text.find(',');
    UnixBind bind{.path = std::string(text.substr(0, comma)), .mode = {}};
    if (bind.path.empty() || bind.path.size() >= sizeof sockaddr_un{}.sun_path) {
        throw std::invalid_argument("a Unix socket's path has 1 to 107 bytes");
    }
    if (comma == std::string_view::npos) return bind;
    const auto option = text.substr(comma + 1);
    if (option.starts_with("mode=")) bind.mode = parse_octal<mode_t>(option.substr(5));
    if (!bind.mode || *bind.mode > 0777) {
        throw std::invalid_argument("after the path only mode=0000 to mode=0777 may follow");
    }
    return bind;
}

void enable(int fd, int level, int option) {
    const int on = 1;
    checked(::setsockopt(fd, level, option, &on, sizeof on), "setsockopt");
}

std::string name_of(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    if (address.ss_family == AF_UNIX) {
        return std::string("unix:") + reinterpret_cast<const sockaddr_un&>(address).sun_path;
    }
    char host[NI_MAXHOST];
    char port[NI_MAXSERV];
    ::getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV);
    const bool v6 = address.ss_family == AF_INET6;
    return std::string("http://") + (v6 ? "[" : "") + host + (v6 ? "]:" : ":") + port;
}

/// Limits how much of a response the kernel holds for a connection before it is sent. Without the
/// limit the kernel buffers megabytes for a client that reads slowly. Bytes that are sent but not
/// yet acknowledged do not count, so a fast client is not slowed down. Accepted connections inherit
/// the limit. Unix sockets do not have this option, and do not need it: their buffers do not grow.
void bound_unsent(int fd) noexcept {
    const int most = 256 << 10;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
}

/// Sets the options of a listening TCP socket; accepted sockets inherit TCP_NODELAY. With
/// TCP_DEFER_ACCEPT a worker accepts a client only once the client has sent something, or after
/// about a second. A worker that accepts a silent client may be busy when the request comes, while
/// others are free. Unix sockets do not have this option.
void set_up_tcp(int fd) {
    enable(fd, IPPROTO_TCP, TCP_NODELAY);
    enable(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT);
    // Urgent data is normal data (RFC 6093 section 4), and socket_counts() counts it as such.
    enable(fd, SOL_SOCKET, SO_OOBINLINE);
    bound_unsent(fd);
}

UniqueFd listen_tcp(const addrinfo& address, bool dual_stack, int backlog) {
    UniqueFd fd = checked_fd(
        ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    enable(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    set_up_tcp(fd.get());
    if (address.ai_family == AF_INET6) {
        const int only = dual_stack ? 0 : 1;
        checked(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only),
                "setsockopt(IPV6_V6ONLY)");
    }
    checked(::bind(fd.get(), address.ai_addr, address.ai_addrlen), "bind");
    checked(::listen(fd.get(), backlog), "listen");
    return fd;
}

void set_port(sockaddr& address, std::uint16_t port) noexcept {
    if (address.sa_family == AF_INET6) {
        reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
    }
}

std::uint16_t port_of(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

/// The resolver may return the same address twice.
bool same_address(const addrinfo& a, const addrinfo& b) noexcept {
    return a.ai_addrlen == b.ai_addrlen && std::memcmp(a.ai_addr, b.ai_addr, a.ai_addrlen) == 0;
}

bool is_missing(const std::system_error& error) noexcept {
    const int code = error.code().value();
    return code == EADDRNOTAVAIL || code == EAFNOSUPPORT;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses addresses_of(const TcpBind& bind) {
    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(bind.host.empty() ? "::" : bind.host.c_str(),
                                    std::to_string(bind.port).c_str(), &hints, &found);
    if (error != 0) throw std::runtime_error(::gai_strerror(error));
    return {found, ::freeaddrinfo};
}

/// All of a host's addresses; the kernel chooses a port for the first if it is 0, and the others
/// get the same.
std::vector<ListeningSocket> open_all(const TcpBind& bind, int backlog) {
    const auto addresses = addresses_of(bind);
    std::vector<ListeningSocket> sockets;
    std::optional<std::system_error> missing;
    for (const auto* each = addresses.get(); each != nullptr; each = each->ai_next) {
        const auto* seen = addresses.get();
        while (!same_address(*seen, *each)) seen = seen->ai_next;
        if (seen != each) continue;
        sockaddr_storage chosen{};
        std::memcpy(&chosen, each->ai_addr, each->ai_addrlen);
        auto address = *each;
        address.ai_addr = reinterpret_cast<sockaddr*>(&chosen);
        if (!sockets.empty()) set_port(*address.ai_addr, port_of(sockets.front().fd.get()));
        try {
            UniqueFd fd = listen_tcp(address, bind.host.empty(), backlog);
            auto name = name_of(fd.get());
            sockets.push_back({.fd = std::move(fd), .name = std::move(name)});
        } catch (const std::system_error& error) {
            if (!is_missing(error)) throw;
            missing = error;  // of the addresses of a host name, this machine may have only some
        }
    }
    if (sockets.empty() && missing) throw *missing;
    return sockets;
}

std::vector<ListeningSocket> open_tcp(const TcpBind& bind, int backlog) {
    constexpr int most_tries = 20;
    for (int tries = 1;; ++tries) {
        try {
            return open_all(bind, backlog);
        } catch (const std::system_error& error) {
            if (error.code().value() == EADDRINUSE) {
                // The kernel has chosen a port that is free on one address and taken on another.
                if (bind.port == 0 && tries < most_tries) continue;
                throw InUse(error.code().message());
            }
            // Without a host, a machine that has no IPv6 listens on IPv4 alone.
            if (!bind.host.empty()) throw;
            return open_tcp({.host = "0.0.0.0", .port = bind.port}, backlog);
        }
    }
}

/// The file of a Unix socket stays when its server has died. It is removed if no process listens on
/// it any more.
void remove_stale(const sockaddr_un& address, const worker::Located& located) {
    const int directory = located.directory.get();
    struct stat status {};
    if (::fstatat(directory, located.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return;
    if (!S_ISSOCK(status.st_mode)) {
        throw std::runtime_error("a file that is not a socket is in the way");
    }
    const UniqueFd probe =
        checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    const int result =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (result == 0 || errno == EAGAIN) {  // EAGAIN: its queue is full
        throw InUse("another server listens on it");
    }
    if (errno == ECONNREFUSED) ::unlinkat(directory, located.name.c_str(), 0);
}

/// Creates the socket's file with its permissions. chmod() after bind() could change another file
/// that has been moved to that name meanwhile.
void bind_unix(int fd, const sockaddr_un& address, std::optional<mode_t> mode) {
    const mode_t before = ::umask(0);
    ::umask(mode ? 0777 & ~*mode : before);
    const int result = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = errno;
    ::umask(before);
    errno = error;
    if (result < 0 && errno == EADDRINUSE) throw InUse(std::strerror(errno));
    checked(result, "bind");
}

ListeningSocket open_unix(const UnixBind& bind, int backlog) {
    auto located = worker::locate(bind.path, worker::LastLink::keep);
    // If other users can change the path, the socket is bound from inside its directory, so that
    // the kernel does not resolve the path once more.
    std::optional<Excursion> there;
    if (located.movable) there.emplace(located.directory.get());
    const auto& path = located.movable ? located.name : bind.path;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    remove_stale(address, located);

    UniqueFd fd =
        checked_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    bind_unix(fd.get(), address, bind.mode);
    UniqueFd file = checked_fd(
        ::openat(located.directory.get(), located.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC),
        "opening it");
    struct stat status {};
    checked(::fstat(file.get(), &status), "fstat");
    if (!S_ISSOCK(status.st_mode)) throw std::runtime_error("somebody has put another file there");
    checked(::listen(fd.get(), backlog), "listen");
    return {std::move(fd), "unix:" + bind.path,
            worker::NamedFile(std::move(located), std::move(file))};
}

/// sd_listen_fds(3): LISTEN_FDS descriptors from 3 on, if LISTEN_PID is this process.
std::vector<ListeningSocket> inherited_sockets() {
    std::vector<ListeningSocket> sockets;
    const char* const pid = std::getenv("LISTEN_PID");
    const char* const count = std::getenv("LISTEN_FDS");
    if (pid && count && parse_number<pid_t>(pid) == ::getpid()) {
        const auto fds = parse_number<int>(count);
        if (!fds || *fds < 0)
            throw std::runtime_error("LISTEN_FDS is not a number: " + std::string(count));
        for (int fd = 3; fd < 3 + *fds; ++fd) {
            int listening = 0;
            socklen_t size = sizeof listening;
            if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) < 0 || !listening) {
                throw std::runtime_error("LISTEN_FDS: descriptor " + std::to_string(fd) +
                                         " is not a listening socket");
            }
            (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &listening, sizeof listening);
            bound_unsent(fd);
            checked(::fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl");
            checked(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK), "fcntl");
            sockets.push_back({.fd = UniqueFd{fd}, .name = name_of(fd)});
        }
    }
    for (const char* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
    return sockets;
}

}  // namespace

Bind parse_bind(std::string_view text) {
    if (text.starts_with("unix:")) return parse_unix(text.substr(5));

    TcpBind bind{.host = {}, .port = default_port};
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) throw std::invalid_argument("the ] is missing");
        if (end == 1) throw std::invalid_argument("there is nothing between [ and ]");
        bind.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        bind.host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon);
    }
    if (text.empty()) throw std::invalid_argument("it is empty");
    if (parse_number<std::uint64_t>(text)) {
        throw std::invalid_argument("a port alone begins with a colon, as :8000");
    }
    if (port.empty()) return bind;
    const auto number = port.starts_with(':') ? parse_number<std::uint16_t>(port.substr(1))
                                              : std::optional<std::uint16_t>{};
    if (!number) throw std::invalid_argument("the port is not a number from 0 to 65535");
    bind.port = *number;
    return bind;
}

std::vector<ListeningSocket> open_sockets(const std::vector<std::string>& binds, int backlog) {
    auto sockets = inherited_sockets();
    if (!sockets.empty()) return sockets;
    const auto give_up = [&sockets](const std::string& text, const std::string& why) {
        for (const auto& socket : sockets) {
            if (socket.file) socket.file->remove();
        }
        return "cannot listen on " + text + ": " + why;
    };
    for (const auto& text : binds) {
        try {
            const auto bind = parse_bind(text);
            if (const auto* const tcp = std::get_if<TcpBind>(&bind)) {
                std::ranges::move(open_tcp(*tcp, backlog), std::back_inserter(sockets));
            } else {
                sockets.push_back(open_unix(std::get<UnixBind>(bind), backlog));
            }
        } catch (const InUse& error) {
            throw InUse(give_up(text, error.what()));
        } catch (const std::system_error& error) {
            throw std::runtime_error(give_up(text, error.code().message()));
        } catch (const std::exception& error) {
            throw std::runtime_error(give_up(text, error.what()));
        }
    }
    return sockets;
}

}  // namespace curfew::master
