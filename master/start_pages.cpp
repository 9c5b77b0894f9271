#include "master/start_pages.h"

#include "handlers/unique_fd.h"

#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace curfew::master {

namespace {

/// What /proc/self/pagemap says of a page, see proc_pid_pagemap(5).
constexpr std::uint64_t is_of_the_file = std::uint64_t(1) << 61;
constexpr std::uint64_t is_present = std::uint64_t(1) << 63;

class CleanPages {
  public:
    CleanPages() noexcept
        : map_(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)),
          size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {}

    /// The pages of a mapping that nobody writes.
    void drop(std::uintptr_t begin, std::uintptr_t end) const noexcept {
        std::array<std::uint64_t, 512> pages;
        for (auto at = begin / size_; at * size_ < end;) {
            const auto wanted = std::min(pages.size(), (end - 1) / size_ + 1 - at);
            const auto count = ::pread(map_.get(), pages.data(), wanted * sizeof pages[0],
                                       static_cast<off_t>(at * sizeof pages[0]));
            if (count <= 0) return;
            const auto known =
                std::span(pages).first(static_cast<std::size_t>(count) / sizeof pages[0]);
            drop(at, known);
            at += known.size();
        }
    }

  private:
    /// In runs: a call for each page would take longer than the start.
    void drop(std::uintptr_t first, std::span<const std::uint64_t> pages) const noexcept {
        const auto is_clean = [](std::uint64_t page) {
            return (page & is_present) == 0 || (page & is_of_the_file) != 0;
        };
        for (auto run = pages.begin(); run != pages.end();) {
            run = std::find_if(run, pages.end(), is_clean);
            const auto end = std::find_if_not(run, pages.end(), is_clean);
            const auto page = first + static_cast<std::size_t>(run - pages.begin());
            if (run != end) {
                ::madvise(reinterpret_cast<void*>(page * size_),
                          static_cast<std::size_t>(end - run) * size_, MADV_DONTNEED);
            }
            run = end;
        }
    }

    UniqueFd map_;
    std::size_t size_;
};

int drop_unwritten(dl_phdr_info* object, std::size_t /*size*/, void* pages) noexcept {
    for (ElfW(Half) i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = object->dlpi_addr + segment.p_vaddr;
        static_cast<const CleanPages*>(pages)->drop(begin, begin + segment.p_filesz);
    }
    return 0;
}

}  // namespace

void drop_start_pages() noexcept {
    ::malloc_trim(0);
    CleanPages pages;
    ::dl_iterate_phdr(drop_unwritten, &pages);
}

}  // namespace curfew::master
