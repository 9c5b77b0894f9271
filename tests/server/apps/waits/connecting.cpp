// accept() and connect().
#include "objects.h"
#include "row.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <memory>
#include <utility>
#include <vector>

using curfew::checked;
using curfew::checked_fd;

namespace waits {

namespace {

/// Listens on an address of its own: the abstract one that the kernel chooses, or a free port of
/// 127.0.0.1.
class Listener {
  public:
    explicit Listener(int family, int backlog = 16)
        : fd_(checked_fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
        sockaddr_storage wanted{};
        wanted.ss_family = static_cast<sa_family_t>(family);
        socklen_t length = sizeof(sa_family_t);
        if (family == AF_INET) {
            length = sizeof(sockaddr_in);
            reinterpret_cast<sockaddr_in&>(wanted).sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        }
        checked(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&wanted), length), "bind");
        checked(::listen(fd_.get(), backlog), "listen");
        size_ = sizeof address_;
        checked(::getsockname(fd_.get(), address(), &size_), "getsockname");
    }

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    [[nodiscard]] UniqueFd new_socket(int flags = 0) const {
        return checked_fd(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0),
                          "socket");
    }
    int connect(int fd) noexcept { return ::connect(fd, address(), size_); }

    /// Connects until that would wait. What is connected stays so until accept_all().
    void fill() {
        while (true) {
            auto client = new_socket(SOCK_NONBLOCK);
            const int failed = connect(client.get());
            const bool begun = failed == 0 || errno == EINPROGRESS;
            if (begun) clients_.push_back(std::move(client));
            if (failed != 0) return;
        }
    }

    void accept_all() {
        const int flags = ::fcntl(fd_.get(), F_GETFL);
        ::fcntl(fd_.get(), F_SETFL, flags | O_NONBLOCK);
        while (true) {
            const UniqueFd accepted(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!accepted) break;
        }
        ::fcntl(fd_.get(), F_SETFL, flags);
    }

  private:
    [[nodiscard]] sockaddr* address() noexcept { return reinterpret_cast<sockaddr*>(&address_); }

    UniqueFd fd_;
    sockaddr_storage address_{};
    socklen_t size_ = 0;
    std::vector<UniqueFd> clients_;
};

template <typename Accept>
Wait accept_by(Accept accept) {
    struct Both {
        Listener listener{AF_UNIX};
        UniqueFd client;
    };
    const auto both = std::make_shared<Both>();
    return {[=] {
                const UniqueFd accepted(accept(both->listener.fd()));
                return accepted ? std::string() : ended(-1, 0);
            },
            [=] {
                both->client = both->listener.new_socket();
                checked(both->listener.connect(both->client.get()), "connect");
            }};
}

/// The backlog is full until the event: the peer does not accept.
Wait connect_to(int family) {
    const auto listener = std::make_shared<Listener>(family, 0);
    listener->fill();
    return {[=] {
                const auto socket = listener->new_socket();
                const int flags = ::fcntl(socket.get(), F_GETFL);
                const auto how = ended(listener->connect(socket.get()), 0);
                if (::fcntl(socket.get(), F_GETFL) != flags) return std::string("other flags");
                return how;
            },
            [=] { listener->accept_all(); }};
}

}  // namespace

void add_connecting(std::vector<Row>& rows) {
    rows.insert(rows.end(),
                {{"accept of a socket",
                  [] { return accept_by([](int fd) { return ::accept(fd, nullptr, nullptr); }); }},
                 {"accept4 of a socket",
                  [] {
                      return accept_by(
                          [](int fd) { return ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC); });
                  }},
                 {"connect of a socket", [] { return connect_to(AF_INET); }},
                 {"connect of a socket: of the machine", [] { return connect_to(AF_UNIX); }}});
}

}  // namespace waits
