#pragma once

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>

namespace curfew::worker {

/// True if the last call has failed because its descriptor was closed or replaced: code of the
/// application has done that by a bare system call, which own_descriptors.h cannot refuse.
[[nodiscard]] inline bool descriptor_is_lost() noexcept {
    return errno == EBADF || errno == ENOTSOCK;
}

/// Ends the worker, because nothing that it does can be trusted any more. Its exit report has the
/// request.
[[noreturn]] inline void end_without_descriptor(const char* what) {
    spdlog::critical(
        "worker {}: {} has been closed by code that did not open it; the worker ends with the "
        "request that was running",
        ::getpid(), what);
    ::_exit(3);
}

}  // namespace curfew::worker
