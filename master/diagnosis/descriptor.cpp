#include "master/diagnosis/descriptor.h"

#include "handlers/base/unique_fd.h"
#include "master/diagnosis/thread_state.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <sstream>

namespace curfew::master {

namespace {

std::string in_proc(pid_t pid, const std::string& name) {
    return "/proc/" + std::to_string(pid) + "/" + name;
}

std::string link_of(pid_t pid, int fd) {
    char target[512];
    const auto path = in_proc(pid, "fd/" + std::to_string(fd));
    const auto length = ::readlink(path.c_str(), target, sizeof target);
    return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

std::optional<sockaddr_storage> peer_by_copy(pid_t pid, int fd) {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (process.get() < 0) return {};
    const UniqueFd copy(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (copy.get() < 0) return {};
    if (::getpeername(copy.get(), reinterpret_cast<sockaddr*>(&peer), &size) < 0) return {};
    return peer;
}

/// "0100007F:0CEA": each group of eight is a number in the byte order of this machine.
std::optional<sockaddr_storage> parse_address(const std::string& text) {
    const auto colon = text.find(':');
    if (colon != 8 && colon != 32) return {};
    std::uint32_t words[4] = {};
    for (std::size_t i = 0; i < colon / 8; ++i) {
        words[i] =
            static_cast<std::uint32_t>(std::strtoul(text.substr(8 * i, 8).c_str(), nullptr, 16));
    }
    const auto port =
        static_cast<std::uint16_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 16));
    sockaddr_storage address{};
    if (colon == 8) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(address);
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = words[0];
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&v6.sin6_addr, words, sizeof words);
    }
    return address;
}

/// From the kernel's tables. Needed for a socket that is still connecting, which has no peer name
/// yet.
std::optional<sockaddr_storage> peer_by_table(pid_t pid, int fd) {
    constexpr std::string_view prefix = "socket:[";
    const auto link = link_of(pid, fd);
    if (!link.starts_with(prefix)) return {};
    const auto inode = link.substr(prefix.size(), link.size() - prefix.size() - 1);
    for (const char* const table : {"net/tcp", "net/tcp6"}) {
        std::istringstream lines(contents_of(in_proc(pid, table)));
        for (std::string line; std::getline(lines, line);) {
            std::istringstream fields(line);
            std::string field[10];  // sl local rem st queues timers retransmits uid timeout inode
            for (auto& each : field) fields >> each;
            if (field[9] == inode) return parse_address(field[2]);
        }
    }
    return {};
}

}  // namespace

std::optional<sockaddr_storage> peer_of(pid_t pid, int fd) {
    const auto peer = peer_by_copy(pid, fd);
    return peer ? peer : peer_by_table(pid, fd);
}

std::string describe_descriptor(pid_t pid, int fd, const Upstreams& upstreams) {
    auto link = link_of(pid, fd);  // not const: it is returned by a move
    if (!link.starts_with("socket:")) return link;
    const auto peer = peer_of(pid, fd);
    const auto name = peer ? upstreams.name(*peer) : std::string();
    return name.empty() ? link : name;
}

}  // namespace curfew::master
