#include "worker/shared/handover.h"

#include "handlers/context/kernel_wait.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

namespace curfew::worker {

namespace {

/// A message of one Handover, with room for descriptors.
msghdr message_of(iovec& part, Handover& handover, std::span<char> rights) noexcept {
    part = {&handover, sizeof handover};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = rights.data();
    header.msg_controllen = rights.size();
    return header;
}

/// `error`: why sendmsg() failed. False if the deadline has passed.
bool wait_for_room(int adoption, int error, Deadline by) noexcept {
    if (by.passed()) return false;
    // Too many descriptors are in flight; poll() does not say when that changes.
    if (error == ETOOMANYREFS) {
        return kernel_wait(nullptr, 0, Deadline::in(std::chrono::milliseconds(1))) == 0;
    }
    pollfd room{.fd = adoption, .events = POLLOUT, .revents = 0};
    return kernel_wait(&room, 1, by) > 0;
}

/// Closes the descriptors of a message that came with too few of them.
void close_all(const msghdr& message) noexcept {
    const cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    if (!rights || rights->cmsg_type != SCM_RIGHTS) return;
    for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= rights->cmsg_len; at += sizeof(int)) {
        int fd = -1;
        std::memcpy(&fd, reinterpret_cast<const char*>(rights) + at, sizeof fd);
        ::close(fd);
    }
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
    const PendingAdoption::Files files{.client = client, .arena = arena};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof files)> control{};
    iovec part;
    const auto message = message_of(part, copy, control);
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof files);
    std::memcpy(CMSG_DATA(rights), &files, sizeof files);
    while (::sendmsg(adoption, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        const int error = errno;
        const bool full = error == EAGAIN || error == EINTR || error == ETOOMANYREFS;
        if (!full || !wait_for_room(adoption, error, by)) return false;
    }
    return true;
}

std::optional<PendingAdoption::Files> PendingAdoption::files() const noexcept {
    const auto* const rights = reinterpret_cast<const cmsghdr*>(rights_.data());
    Files files;
    if (!open_.load() || rights->cmsg_len != CMSG_LEN(sizeof files)) return {};
    std::memcpy(&files, rights_.data() + CMSG_LEN(0), sizeof files);
    return files;
}

std::optional<Adoptee> receive_handover(int adoption, PendingAdoption& pending_adoption) {
    pending_adoption.clear();
    pending_adoption.rights_ = {};
    pending_adoption.open_.store(true);
    iovec part;
    auto message = message_of(part, pending_adoption.handover_, pending_adoption.rights_);
    const auto count = ::recvmsg(adoption, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (count <= 0) throw std::system_error(errno, std::generic_category(), "adopting");

    const auto files = pending_adoption.files();
    if (!files) {
        close_all(message);
        throw std::system_error(EMFILE, std::generic_category(), "adopting");
    }
    Adoptee adoptee;
    adoptee.handover = pending_adoption.handover_;
    adoptee.client.reset(files->client);
    adoptee.arena.reset(files->arena);
    read_extent(files->arena, adoptee.handover.head, adoptee.bytes);
    read_extent(files->arena, adoptee.handover.input, adoptee.bytes);
    return adoptee;
}

}  // namespace curfew::worker
