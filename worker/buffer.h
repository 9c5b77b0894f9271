#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace curfew::worker {

/// Keeps blocks that connections read into, so that an idle connection holds none. Not thread-safe:
/// one per worker, used on the loop's thread. Must outlive its buffers.
class BlockPool {
  public:
    static constexpr std::size_t block_size = 4096;

    [[nodiscard]] std::unique_ptr<char[]> take();
    void give_back(std::unique_ptr<char[]> block) noexcept;

  private:
    static constexpr std::size_t kept = 256;
    std::vector<std::unique_ptr<char[]>> free_;
};

/// Bytes received and not yet consumed, contiguous. Holds no memory while empty.
class Buffer {
  public:
    explicit Buffer(BlockPool& pool) noexcept : pool_(&pool) {}
    ~Buffer() { release(); }
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        swap(other);
        return *this;
    }

    [[nodiscard]] std::string_view view() const noexcept { return {block_.get() + begin_, size()}; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    /// Room for at least one byte at the end, doubling the memory when there is none. Moves the
    /// bytes, and so invalidates views, unless the buffer was empty or had room.
    [[nodiscard]] std::span<char> room();

    /// Says that `count` bytes were written into room().
    void commit(std::size_t count) noexcept { end_ += count; }

    /// Drops bytes from the front; gives the memory back once none is left.
    void consume(std::size_t count) noexcept;

    void release() noexcept;

  private:
    void swap(Buffer& other) noexcept;

    BlockPool* pool_ = nullptr;
    std::unique_ptr<char[]> block_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace curfew::worker
