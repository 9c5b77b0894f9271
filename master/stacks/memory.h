#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>

namespace curfew::master {

/// Copies from the memory of another process. False if a part of it cannot be read.
[[nodiscard]] inline bool read_memory(pid_t pid, std::uint64_t address, void* to,
                                      std::size_t size) noexcept {
    const iovec here{.iov_base = to, .iov_len = size};
    const iovec there{.iov_base = reinterpret_cast<void*>(address), .iov_len = size};
    return ::process_vm_readv(pid, &here, 1, &there, 1, 0) == static_cast<ssize_t>(size);
}

}  // namespace curfew::master
