#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace curfew::worker {

/// Calls `visit` with each open descriptor of this process, which it may close. Async-signal-safe.
template <typename Visit>
void for_each_open_file(Visit visit) noexcept {
    // What getdents64(2) writes.
    struct Entry {
        std::uint64_t inode;
        std::int64_t next;
        std::uint16_t size;
        std::uint8_t type;
        char name[1];
    };
    const int directory = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        const auto most = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
        for (int fd = 0; fd < most; ++fd) visit(fd);
        return;
    }
    alignas(Entry) char buffer[4096];
    long size = 0;
    while ((size = ::syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const auto* const entry = reinterpret_cast<const Entry*>(buffer + at);
            int fd = -1;
            std::from_chars(entry->name, entry->name + std::strlen(entry->name), fd);
            if (fd >= 0 && fd != directory) visit(fd);
            at += entry->size;
        }
    }
    ::close(directory);
}

}  // namespace curfew::worker
