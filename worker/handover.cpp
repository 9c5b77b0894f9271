#include "worker/handover.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>

namespace curfew::worker {

namespace {

constexpr std::size_t descriptors = 2;

/// A message of one Handover, with descriptors beside it.
struct Message {
    explicit Message(Handover& handover) noexcept {
        part = {&handover, sizeof handover};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = sizeof control;
    }

    iovec part;
    msghdr header{};
    alignas(cmsghdr) char control[CMSG_SPACE(descriptors * sizeof(int))] = {};
};

/// `error`: why there is none.
bool wait_for_room(int adoption, int error, Deadline by) noexcept {
    if (by.passed()) return false;
    // Of this one the socket knows nothing.
    if (error == ETOOMANYREFS) return ::poll(nullptr, 0, 1) == 0;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(std::max(by.remaining(), Duration::zero()));
    pollfd room{.fd = adoption, .events = POLLOUT, .revents = 0};
    return ::poll(&room, 1, static_cast<int>(left.count())) > 0;
}

void read_extent(int arena, const Extent& extent, std::string& bytes) {
    const auto begin = bytes.size();
    bytes.resize(begin + extent.size);
    for (std::size_t done = 0; done < extent.size;) {
        const auto count = ::pread(arena, bytes.data() + begin + done, extent.size - done,
                                   static_cast<off_t>(extent.offset + done));
        if (count <= 0) {
            throw std::system_error(errno, std::generic_category(), "reading an adopted request");
        }
        done += static_cast<std::size_t>(count);
    }
}

}  // namespace

AdoptionSocket::AdoptionSocket() {
    int ends[2];
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends),
            "socketpair");
    give.reset(ends[0]);
    take.reset(ends[1]);
}

bool send_handover(int adoption, const Handover& handover, int client, int arena,
                   Deadline by) noexcept {
    Handover copy = handover;
    Message message(copy);
    cmsghdr* const rights = CMSG_FIRSTHDR(&message.header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
    const int fds[descriptors] = {client, arena};
    std::memcpy(CMSG_DATA(rights), fds, sizeof fds);
    while (::sendmsg(adoption, &message.header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        const int error = errno;
        const bool full = error == EAGAIN || error == EINTR || error == ETOOMANYREFS;
        if (!full || !wait_for_room(adoption, error, by)) return false;
    }
    return true;
}

std::optional<Adoptee> receive_handover(int adoption) {
    Adoptee adoptee;
    Message message(adoptee.handover);
    const auto count = ::recvmsg(adoption, &message.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (count <= 0) throw std::system_error(errno, std::generic_category(), "adopting");

    const cmsghdr* const rights = CMSG_FIRSTHDR(&message.header);
    if (!rights || rights->cmsg_len != CMSG_LEN(descriptors * sizeof(int))) {
        throw std::system_error(EMFILE, std::generic_category(), "adopting");
    }
    int fds[descriptors];
    std::memcpy(fds, CMSG_DATA(rights), sizeof fds);
    adoptee.client.reset(fds[0]);
    const UniqueFd arena(fds[1]);
    read_extent(arena.get(), adoptee.handover.head, adoptee.bytes);
    read_extent(arena.get(), adoptee.handover.input, adoptee.bytes);
    return adoptee;
}

}  // namespace curfew::worker
