#include "worker/os/file_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace curfew::worker {

namespace {

/// Bits of an entry of /proc/self/pagemap, see proc_pid_pagemap(5).
constexpr std::uint64_t is_of_the_file = std::uint64_t(1) << 61;
constexpr std::uint64_t is_swapped = std::uint64_t(1) << 62;
constexpr std::uint64_t is_present = std::uint64_t(1) << 63;

bool is_clean(std::uint64_t page) noexcept {
    return (page & (is_present | is_swapped)) == 0 || (page & is_of_the_file) != 0;
}

}  // namespace

FilePages::FilePages() noexcept
    : map_(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)),
      size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {}

void FilePages::drop(std::uintptr_t begin, std::uintptr_t end) const noexcept {
    std::array<std::uint64_t, 128> pages;
    constexpr auto entry = sizeof pages[0];
    for (auto at = begin / size_; at * size_ < end;) {
        const auto wanted = std::min(pages.size(), (end - 1) / size_ + 1 - at);
        const auto count =
            ::pread(map_.get(), pages.data(), wanted * entry, static_cast<off_t>(at * entry));
        if (count < static_cast<ssize_t>(entry)) return;
        const auto known = std::span(pages).first(static_cast<std::size_t>(count) / entry);
        drop_runs(at, known);
        at += known.size();
    }
}

/// One call of madvise() for each run of clean pages. One for each page would take longer than the
/// whole start of a server.
void FilePages::drop_runs(std::uintptr_t first_page,
                          std::span<const std::uint64_t> pages) const noexcept {
    for (auto run = pages.begin(); run != pages.end();) {
        run = std::find_if(run, pages.end(), is_clean);
        const auto end = std::find_if_not(run, pages.end(), is_clean);
        const auto page = first_page + static_cast<std::size_t>(run - pages.begin());
        if (run != end) {
            ::madvise(reinterpret_cast<void*>(page * size_),
                      static_cast<std::size_t>(end - run) * size_, MADV_DONTNEED);
        }
        run = end;
    }
}

}  // namespace curfew::worker
