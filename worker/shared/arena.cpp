#include "worker/shared/arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <new>

namespace curfew::worker {

namespace {

/// Address space in bytes. Memory is allocated only where something is written.
constexpr std::size_t most_space = std::size_t{64} << 30;

/// The most memory that free blocks keep.
constexpr std::size_t most_warm = 1 << 20;

}  // namespace

Arena::Arena() : fd_(checked_fd(::memfd_create("curfew requests", MFD_CLOEXEC), "memfd_create")) {
    // Less address space where it is limited (RLIMIT_AS, RLIMIT_FSIZE).
    for (capacity_ = most_space; capacity_ >= least_space; capacity_ /= 2) {
        if (::ftruncate(fd_.get(), static_cast<off_t>(capacity_)) != 0) continue;
        void* const memory = ::mmap(nullptr, capacity_, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_NORESERVE, fd_.get(), 0);
        if (memory == MAP_FAILED) continue;
        begin_ = static_cast<char*>(memory);
        return;
    }
    throw std::system_error(errno, std::generic_category(), "memory for requests");
}

Arena::~Arena() { ::munmap(begin_, capacity_); }

Arena::Shelf& Arena::shelf(std::size_t size) noexcept {
    return shelves_[static_cast<std::size_t>(std::countr_zero(size / least))];
}

char* Arena::take(std::size_t size) {
    auto& [warm, cold, made] = shelf(size);
    if (!warm.empty()) {
        char* const block = warm.back();
        warm.pop_back();
        warm_bytes_ -= size;
        return block;
    }
    if (!cold.empty()) {
        char* const block = cold.back();
        cold.pop_back();
        return block;
    }
    if (size > capacity_ - used_) throw std::bad_alloc();
    if (++made > warm.capacity()) {
        // Makes room for all blocks on both lists now, because give_back() must not fail.
        warm.reserve(2 * made);
        cold.reserve(2 * made);
    }
    char* const block = begin_ + used_;
    used_ += size;
    return block;
}

void Arena::give_back(char* block, std::size_t size) noexcept {
    auto& [warm, cold, made] = shelf(size);
    if (warm_bytes_ + size <= most_warm) {
        warm_bytes_ += size;
        return warm.push_back(block);
    }
    ::madvise(block, size, MADV_REMOVE);
    cold.push_back(block);
}

}  // namespace curfew::worker
