// The locks of files, which replace libc's own: see README.md in this folder. Of fcntl() this is
// F_SETLKW and F_OFD_SETLKW; it also refuses F_SETFL for descriptors of the server.
#include "../context/own_descriptors.h"
#include "retry.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

namespace curfew {

namespace {

// Looked up before main(), because keepers later have no dynamic linker.
const auto real_fcntl = libc_definition<int (*)(int, int, ...)>("fcntl");

/// Tries until nobody else has the lock. `late`: the error at the limit. It must not be EINTR,
/// after which callers try again.
template <typename Attempt>
int lock(Attempt attempt, int late) {
    int result = -1;
    const int before = errno;
    const bool settled = retry([&] {
        result = attempt();
        return result == 0 || (errno != EAGAIN && errno != EACCES);
    });
    if (!settled) {
        errno = late;
    } else if (result == 0) {
        errno = before;
    }
    return result;
}

int plain_fcntl(int fd, int command, void* argument) {
    return real_fcntl ? real_fcntl(fd, command, argument)
                      : static_cast<int>(::syscall(SYS_fcntl, fd, command, argument));
}

template <typename Offset>
int lock_file(int (*real)(int, int, Offset), int fd, int command, Offset size) {
    if (command != F_LOCK || unlimited()) return real(fd, command, size);
    return lock([=] { return real(fd, F_TLOCK, size); }, ENOLCK);
}

}  // namespace

}  // namespace curfew

extern "C" {

/// Defined by their symbols, because headers may rename one to the other.
int curfew_fcntl(int fd, int command, ...) __asm__("fcntl");
int curfew_fcntl64(int fd, int command, ...) __asm__("fcntl64");

int curfew_fcntl(int fd, int command, ...) {
    using namespace curfew;
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);  // an int or a pointer, as the kernel takes it
    va_end(arguments);
    if (command == F_SETFL && refuses_use(fd)) {
        errno = EBADF;
        return -1;
    }
    if ((command != F_SETLKW && command != F_OFD_SETLKW) || unlimited())
        return plain_fcntl(fd, command, argument);
    const int without_waiting = command == F_SETLKW ? F_SETLK : F_OFD_SETLK;
    return lock([=] { return plain_fcntl(fd, without_waiting, argument); }, ENOLCK);
}

int curfew_fcntl64(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    return curfew_fcntl(fd, command, argument);
}

int flock(int fd, int operation) noexcept {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::flock)>("flock");
    if ((operation & LOCK_NB) || (operation & LOCK_UN) || unlimited()) return real(fd, operation);
    return lock([=] { return real(fd, operation | LOCK_NB); }, EWOULDBLOCK);
}

int curfew_lockf(int fd, int command, off_t size) __asm__("lockf");
int curfew_lockf64(int fd, int command, off64_t size) __asm__("lockf64");

int curfew_lockf(int fd, int command, off_t size) {
    static const auto real = curfew::libc_definition<int (*)(int, int, off_t)>("lockf");
    return curfew::lock_file(real, fd, command, size);
}

int curfew_lockf64(int fd, int command, off64_t size) {
    static const auto real = curfew::libc_definition<int (*)(int, int, off64_t)>("lockf64");
    return curfew::lock_file(real, fd, command, size);
}

}  // extern "C"
