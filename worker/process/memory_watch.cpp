#include "worker/process/memory_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace curfew::worker {

namespace {

constexpr Duration pause = std::chrono::milliseconds(100);

}  // namespace

MemoryWatch::MemoryWatch(std::size_t limit)
    : limit_(limit), page_size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    if (limit_ == 0) return;
    statm_ = checked_fd(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC), "/proc/self/statm");
}

bool MemoryWatch::exceeded() {
    if (limit_ == 0) return false;
    const auto now = Deadline::Clock::now();
    if (!next_look_.passed(now)) return false;
    next_look_ = Deadline::after(now, pause);
    bytes_ = own_memory();
    return bytes_ > limit_;
}

/// proc(5): the second number is of resident pages, the third of those that are shared.
std::size_t MemoryWatch::own_memory() const noexcept {
    char text[128];
    const auto count = ::pread(statm_.get(), text, sizeof text - 1, 0);
    if (count <= 0) return 0;
    text[count] = '\0';
    std::size_t resident = 0;
    std::size_t shared = 0;
    if (std::sscanf(text, "%*u %zu %zu", &resident, &shared) != 2 || shared > resident) return 0;
    return (resident - shared) * page_size_;
}

}  // namespace curfew::worker
