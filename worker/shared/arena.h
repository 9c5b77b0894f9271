#pragma once

#include "handlers/base/unique_fd.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace curfew::worker {

/// A range of bytes in an Arena, by which another process finds them.
struct Extent {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// Shared memory that connections read into, so that what a client has sent outlives the worker,
/// and can be given to another worker by the memfd. The sizes of blocks are powers of two; an idle
/// connection has no block. One per worker, used on the loop's thread. Must outlive its blocks.
class Arena {
  public:
    /// The least address space that it needs, in bytes. It counts as a file's size: see
    /// RLIMIT_FSIZE.
    static constexpr std::size_t least_space = std::size_t{64} << 20;

    static constexpr std::size_t least = 4096;

    /// Throws std::system_error.
    Arena();
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// `size`: a power of two, at least `least`. Throws std::bad_alloc.
    [[nodiscard]] char* take(std::size_t size);
    void give_back(char* block, std::size_t size) noexcept;

    [[nodiscard]] std::uint64_t offset(const char* at) const noexcept {
        return static_cast<std::uint64_t>(at - begin_);
    }
    [[nodiscard]] const char* at(std::uint64_t offset) const noexcept { return begin_ + offset; }

    /// A memfd; readable with pread() by offset.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  private:
    /// Free blocks of one size. Blocks in `warm` still have their memory.
    struct Shelf {
        std::vector<char*> warm;
        std::vector<char*> cold;
        std::size_t made = 0;
    };
    [[nodiscard]] Shelf& shelf(std::size_t size) noexcept;

    UniqueFd fd_;
    std::size_t capacity_ = 0;
    char* begin_ = nullptr;
    std::size_t used_ = 0;  ///< bytes from the begin that have ever been blocks
    std::size_t warm_bytes_ = 0;
    std::array<Shelf, 32> shelves_;
};

}  // namespace curfew::worker
