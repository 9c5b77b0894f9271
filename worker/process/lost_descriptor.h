#pragma once

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>

namespace curfew::worker {

/// True if the last call has failed because its descriptor is not what it was: code of the
/// application has closed it, past own_descriptors.h.
[[nodiscard]] inline bool descriptor_is_lost() noexcept {
    return errno == EBADF || errno == ENOTSOCK;
}

/// Nothing that a worker does can be trusted then. Its exit report has the request.
[[noreturn]] inline void end_without_descriptor(const char* what) {
    spdlog::critical(
        "worker {}: {} has been closed by code that did not open it; the worker ends with the "
        "request that was running",
        ::getpid(), what);
    ::_exit(3);
}

}  // namespace curfew::worker
