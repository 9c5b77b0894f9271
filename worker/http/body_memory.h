#pragma once

#include <cstddef>
#include <utility>

namespace curfew::worker {

/// Limits the memory that the unsent bodies of a worker's responses may use together, beyond the
/// amount that each may always have. So a large body is sent from memory to a fast client, but the
/// bodies of many slow clients are not all in memory. For the loop's thread.
class BodyMemory {
  public:
    static constexpr std::size_t usual_size = 64 << 20;

    explicit BodyMemory(std::size_t size = usual_size) noexcept : free_(size) {}
    BodyMemory(const BodyMemory&) = delete;
    BodyMemory& operator=(const BodyMemory&) = delete;

    /// A part of that memory, which is given back with this object. The BodyMemory must outlive it.
    class Share {
      public:
        Share() noexcept = default;
        Share(Share&& other) noexcept
            : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(memory_, other.memory_);
            std::swap(size_, other.size_);
            return *this;
        }
        ~Share() {
            if (memory_) memory_->free_ += size_;
        }

        [[nodiscard]] explicit operator bool() const noexcept { return memory_ != nullptr; }

      private:
        friend class BodyMemory;
        Share(BodyMemory& memory, std::size_t size) noexcept : memory_(&memory), size_(size) {
            memory.free_ -= size;
        }

        BodyMemory* memory_ = nullptr;
        std::size_t size_ = 0;
    };

    /// An empty share if so much is not free.
    [[nodiscard]] Share take(std::size_t size) noexcept {
        return size <= free_ ? Share(*this, size) : Share();
    }

  private:
    std::size_t free_;
};

}  // namespace curfew::worker
