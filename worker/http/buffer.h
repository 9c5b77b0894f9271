#pragma once

#include "worker/shared/arena.h"

#include <cstddef>
#include <span>
#include <string_view>

namespace curfew::worker {

/// Bytes received and not yet consumed, contiguous. Holds no memory while empty.
class Buffer {
  public:
    explicit Buffer(Arena& arena) noexcept : arena_(&arena) {}
    ~Buffer() { release(); }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }

    [[nodiscard]] std::string_view view() const noexcept { return {block_ + begin_, size()}; }
    /// The place of the bytes in the arena or, if there are none, the place of room(). Nothing if
    /// the buffer has no memory.
    [[nodiscard]] Extent extent() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    /// Room for at least one byte at the end; doubles the memory if there is none. This moves the
    /// bytes, and so invalidates views, unless the buffer was empty or had room. The old bytes stay
    /// in their old place until commit().
    [[nodiscard]] std::span<char> room();

    /// The size that room() has at least without moving anything.
    [[nodiscard]] std::size_t spare() const noexcept { return capacity_ - end_; }

    /// To be called after `count` bytes were written into room().
    void commit(std::size_t count) noexcept {
        end_ += count;
        if (outgrown_) release_outgrown();
    }

    /// Drops bytes from the front, and returns the memory when none is left.
    void consume(std::size_t count) noexcept;

    /// Drops all bytes after the first `size`.
    void truncate(std::size_t size) noexcept { end_ = begin_ + size; }

    void release() noexcept;

  private:
    void swap(Buffer& other) noexcept;
    void release_outgrown() noexcept;

    Arena* arena_ = nullptr;
    char* block_ = nullptr;
    char* outgrown_ = nullptr;  ///< the block before, half as large
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace curfew::worker
