#include "may_block.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace curfew {

namespace {

/// The devices of memory: /dev/null, /dev/zero, /dev/urandom.
constexpr unsigned memory_devices = 1;

}  // namespace

bool may_block(const struct stat& status) noexcept {
    if (S_ISCHR(status.st_mode)) return major(status.st_rdev) != memory_devices;
    return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) ||
           (status.st_mode & S_IFMT) == 0;  // an eventfd and the like
}

bool may_block(int fd) noexcept {
    const int before = errno;
    struct stat status {};
    const bool found = ::fstat(fd, &status) == 0;
    errno = before;
    return !found || may_block(status);
}

bool opening_may_block(int directory, const char* path) noexcept {
    const int before = errno;
    struct stat status {};
    const bool found = ::fstatat(directory, path, &status, 0) == 0;
    errno = before;
    return found && may_block(status);
}

}  // namespace curfew
