#include "worker/keeper/keeper.h"
#include "worker/os/open_files.h"

#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cstring>

namespace curfew::worker {

namespace {

/// Which descriptors are clients' connections. Descriptors with higher numbers are closed.
constexpr std::size_t most_files = 1 << 20;
std::bitset<most_files> of_clients;

/// Whether two sockets have the same port, or the same path.
bool same_address(const sockaddr_storage& a, const sockaddr_storage& b) noexcept {
    if (a.ss_family == AF_UNIX && b.ss_family == AF_UNIX) {
        const auto& left = reinterpret_cast<const sockaddr_un&>(a);
        const auto& right = reinterpret_cast<const sockaddr_un&>(b);
        return std::memcmp(left.sun_path, right.sun_path, sizeof left.sun_path) == 0;
    }
    const bool internet = (a.ss_family == AF_INET || a.ss_family == AF_INET6) &&
                          (b.ss_family == AF_INET || b.ss_family == AF_INET6);
    // The port has the same offset in both families.
    return internet && reinterpret_cast<const sockaddr_in&>(a).sin_port ==
                           reinterpret_cast<const sockaddr_in&>(b).sin_port;
}

sockaddr_storage address_of(int fd) noexcept {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return address;
}

}  // namespace

Keeper::Keeper(const KeeperSetup& setup) noexcept
    : board_(setup.board), arena_(setup.arena), adoption_(setup.adoption) {
    for (const int listener : setup.listeners) {
        if (addresses_used_ == most_addresses) break;
        addresses_[addresses_used_++] = address_of(listener);
    }
}

/// Closes all descriptors except clients' connections. So upstreams learn that the worker is dead.
void Keeper::close_others() noexcept {
    const auto mark = [](int fd) {
        if (fd >= 0 && static_cast<std::size_t>(fd) < most_files) {
            of_clients.set(static_cast<std::size_t>(fd));
        }
    };
    const auto used = board_.used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        const auto& record = board_.record(i).load();
        if (record.stage == ConnectionRecord::Stage::given) {
            ::close(record.fd);
        } else if (record.stage != ConnectionRecord::Stage::closed) {
            mark(record.fd);
        }
    }
    if (const auto pending = board_.line().pending_adoption.files()) {
        mark(pending->client);
        mark(pending->arena);
    }
    mark(arena_.fd());
    mark(adoption_);
    for_each_open_file([this](int fd) {
        if (static_cast<std::size_t>(fd) < most_files && of_clients[static_cast<std::size_t>(fd)]) {
            return;
        }
        if (new_clients_used_ < most_new_clients && is_new_client(fd)) {
            new_clients_[new_clients_used_++] = fd;
            return;
        }
        ::close(fd);
    });
}

bool Keeper::is_new_client(int fd) const noexcept {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens != 0) {
        return false;
    }
    const auto address = address_of(fd);
    return std::any_of(addresses_.begin(), addresses_.begin() + addresses_used_,
                       [&](const auto& each) { return same_address(each, address); });
}

void Keeper::hand_over_new_clients() noexcept {
    for (std::size_t i = 0; i < new_clients_used_; ++i) {
        (void)send_handover(adoption_, {}, new_clients_[i], arena_.fd(), give_up_);
        ::close(new_clients_[i]);
    }
}

}  // namespace curfew::worker
