#pragma once

#include <sys/uio.h>

#include <cstddef>

namespace curfew {

[[nodiscard]] inline std::size_t total(const iovec* buffers, std::size_t count) noexcept {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += buffers[i].iov_len;
    return sum;
}

/// What is left of a call's buffers after a part of the work. The caller's list must not be written
/// to, and a copy would need memory: so a buffer that was begun is a list of its own.
class Buffers {
  public:
    Buffers(const iovec* list, std::size_t count) noexcept : list_(list), count_(count) {}

    /// A list of buffers to go on with. There may be more after it.
    [[nodiscard]] const iovec* data() const noexcept { return begun_ ? &rest_ : list_; }
    [[nodiscard]] std::size_t count() const noexcept { return begun_ ? 1 : count_; }

    [[nodiscard]] bool empty() const noexcept { return !begun_ && total(list_, count_) == 0; }

    /// The call has done that many bytes of data().
    void skip(std::size_t done) noexcept {
        if (begun_) {
            advance(done);
            return;
        }
        while (count_ > 0 && done >= list_->iov_len) {
            done -= list_->iov_len;
            ++list_;
            --count_;
        }
        if (done == 0) return;
        rest_ = *list_++;
        --count_;
        begun_ = true;
        advance(done);
    }

  private:
    void advance(std::size_t done) noexcept {
        rest_.iov_base = static_cast<std::byte*>(rest_.iov_base) + done;
        rest_.iov_len -= done;
        begun_ = rest_.iov_len > 0;
    }

    const iovec* list_;
    std::size_t count_;
    bool begun_ = false;
    iovec rest_{};
};

}  // namespace curfew
