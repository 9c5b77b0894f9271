#include "own_descriptors.h"

#include "call_context.h"
#include "descriptor_set.h"
#include "disk_files.h"
#include "own_mutex.h"

#include <dirent.h>
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <mutex>

// close_range(2), where libc's headers do not have it.
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

namespace curfew {

namespace {

constinit DescriptorSet own;
constinit DescriptorSet known_ones;  ///< those of `own` that are in `known`

/// Which file a number stood for when it was protected. libc closes its own files without calling
/// our close(), and the number may then be another file's.
std::vector<OpenDescriptor>* known = nullptr;
pid_t owner = 0;

OwnMutex refusals_mutex;
Refusals refusals;

CancelToken& refused() {
    static CancelToken& only = *new CancelToken;
    return only;
}

/// True for a handler of this process. The pid is compared because a child of vfork(2) shares the
/// memory.
bool is_handler() noexcept { return call_context().route != nullptr && ::getpid() == owner; }

bool is_the_same_still(int fd) noexcept {
    if (!known_ones.has(fd)) return true;
    const auto found = std::ranges::find(*known, fd, &OpenDescriptor::fd);
    struct stat now {};
    return found != known->end() && ::fstat(fd, &now) == 0 && now.st_dev == found->device &&
           now.st_ino == found->inode;
}

void note_refusal(int fd) noexcept try {
    const std::lock_guard lock(refusals_mutex);
    if (refusals.number++ == 0) {
        refusals.route = call_context().route;
        refusals.first = refusals.last = fd;
        refused().raise();
    }
    refusals.first = std::min(refusals.first, fd);
    refusals.last = std::max(refusals.last, fd);
} catch (const std::bad_alloc&) {
    // The call is refused all the same; only the log line is lost.
}

/// True if this must not be closed. Otherwise the descriptor is protected no more: the server
/// itself closes it.
bool refuse(int fd) noexcept {
    if (refuses_use(fd)) return true;
    if (own.has(fd) && call_context().route == nullptr) give_up_descriptor(fd);
    return false;
}

template <typename Function>
Function next_definition(const char* name) noexcept {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

// Looked up before main(), because keepers later have no dynamic linker.
const auto real_close = next_definition<int (*)(int)>("close");
const auto real_dup2 = next_definition<int (*)(int, int)>("dup2");
const auto real_dup3 = next_definition<int (*)(int, int, int)>("dup3");
const auto real_shutdown = next_definition<int (*)(int, int)>("shutdown");

int close_all(unsigned first, unsigned last, int flags) noexcept {
    return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
}

/// Closes all descriptors in the range except the protected ones.
int close_between(unsigned first, unsigned last) noexcept {
    auto from = first;
    const auto end = std::min(last, DescriptorSet::most - 1);
    for (auto fd = first; fd <= end; ++fd) {
        if (!refuse(static_cast<int>(fd))) continue;
        if (fd > from && close_all(from, fd - 1, 0) != 0) return -1;
        from = fd + 1;
    }
    return from > last ? 0 : close_all(from, last, 0);
}

}  // namespace

void protect_descriptor(int fd) noexcept {
    known_ones.remove(fd);
    own.add(fd);
}

void give_up_descriptor(int fd) noexcept { own.remove(fd); }

bool refuses_use(int fd) noexcept {
    if (!own.has(fd) || !is_handler() || !is_the_same_still(fd)) return false;
    note_refusal(fd);
    return true;
}

std::vector<OpenDescriptor> open_descriptors() {
    std::vector<OpenDescriptor> found;
    DIR* const directory = ::opendir("/proc/self/fd");
    if (!directory) return found;
    while (const dirent* const entry = ::readdir(directory)) {
        if (entry->d_name[0] == '.') continue;
        const int fd = std::atoi(entry->d_name);
        struct stat status {};
        if (fd == ::dirfd(directory) || ::fstat(fd, &status) != 0) continue;
        found.push_back({.fd = fd, .device = status.st_dev, .inode = status.st_ino});
    }
    ::closedir(directory);
    return found;
}

void protect_open_descriptors(const std::vector<OpenDescriptor>& spared) {
    static auto& all = *new std::vector<OpenDescriptor>;
    refused();  // makes the token, so that its descriptor is protected as well
    for (const auto& open : open_descriptors()) {
        if (std::ranges::count(spared, open) > 0) continue;
        all.push_back(open);
        own.add(open.fd);
        known_ones.add(open.fd);
    }
    known = &all;
    owner = ::getpid();
}

int refusals_fd() { return refused().fd(); }

std::optional<Refusals> take_refusals() {
    const std::lock_guard lock(refusals_mutex);
    refused().clear();
    if (refusals.number == 0) return {};
    return std::exchange(refusals, {});
}

}  // namespace curfew

// These functions replace libc's, as the room waits does.
extern "C" {

int close(int fd) {
    using namespace curfew;
    if (refuse(fd)) {
        errno = EBADF;
        return -1;
    }
    disk_files.remove(fd);
    return real_close ? real_close(fd) : static_cast<int>(::syscall(SYS_close, fd));
}

int close_range(unsigned first, unsigned last, int flags) noexcept {
    using namespace curfew;
    const bool only_marks = (static_cast<unsigned>(flags) & CLOSE_RANGE_CLOEXEC) != 0;
    if (!only_marks) disk_files.remove_between(first, last);
    if (only_marks || first > last || !is_handler()) return close_all(first, last, flags);
    return close_between(first, last);
}

void closefrom(int lowest) noexcept {
    close_range(static_cast<unsigned>(std::max(lowest, 0)), ~0U, 0);
}

int dup2(int from, int to) noexcept {
    using namespace curfew;
    if (from != to && refuse(to)) {
        errno = EBADF;
        return -1;
    }
    disk_files.remove(to);
    return real_dup2 ? real_dup2(from, to) : static_cast<int>(::syscall(SYS_dup3, from, to, 0));
}

int dup3(int from, int to, int flags) noexcept {
    using namespace curfew;
    if (from != to && refuse(to)) {
        errno = EBADF;
        return -1;
    }
    disk_files.remove(to);
    return real_dup3 ? real_dup3(from, to, flags)
                     : static_cast<int>(::syscall(SYS_dup3, from, to, flags));
}

int shutdown(int fd, int how) noexcept {
    using namespace curfew;
    if (refuses_use(fd)) {
        errno = EBADF;
        return -1;
    }
    return real_shutdown ? real_shutdown(fd, how)
                         : static_cast<int>(::syscall(SYS_shutdown, fd, how));
}

}  // extern "C"
