#pragma once

#include "inside_libc.h"
#include "may_block.h"

#include <pthread.h>

#include <cstdio>
#include <cstring>

namespace curfew {

/// How many bytes of the stream are read already, so that reading them does not wait.
[[nodiscard]] inline std::size_t read_ahead(const FILE* file) noexcept {
    return static_cast<std::size_t>(file->_IO_read_end - file->_IO_read_ptr);
}

/// Whether that much, or everything up to the delimiter, is read already.
[[nodiscard]] inline bool has_read(const FILE* file, std::size_t size, int delimiter) noexcept {
    const auto there = read_ahead(file);
    return there >= size || (there > 0 && std::memchr(file->_IO_read_ptr, delimiter, there));
}

/// Whether that much can be written to the stream's buffer. Never so if it is buffered by lines.
[[nodiscard]] inline bool has_room(const FILE* file, std::size_t size) noexcept {
    return file->_IO_write_end > file->_IO_write_ptr &&
           static_cast<std::size_t>(file->_IO_write_end - file->_IO_write_ptr) >= size;
}

/// Whether this thread has locked the stream, by flockfile().
[[nodiscard]] inline bool is_locked_here(const FILE* file) noexcept {
    struct Lock {  // libc's
        int lock;
        int count;
        void* owner;
    };
    return static_cast<const Lock*>(file->_lock)->owner ==
           reinterpret_cast<void*>(::pthread_self());
}

/// Makes a call of libc that may wait for what the stream is open on, under the limit in force.
/// Only for code with a limit.
template <typename Call>
auto waiting_on(FILE* file, Call call) -> decltype(call()) {
    const int fd = ::fileno_unlocked(file);
    // To know the kind costs a system call, but another thread costs more.
    if (current_context.parking && (fd < 0 || !may_block(fd))) return call();
    // Another thread would wait for ever for the lock.
    if (current_context.parking && is_locked_here(file)) return call();
    return inside_libc(
        "stdio", [fd] { return late_error(fd); }, call);
}

}  // namespace curfew
