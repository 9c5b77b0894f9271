#include "worker/http/buffer.h"

#include <cstring>
#include <utility>

namespace curfew::worker {

Extent Buffer::extent() const noexcept {
    if (!block_) return {.offset = UINT64_MAX, .size = 0};
    return {.offset = arena_->offset(block_ + begin_), .size = size()};
}

std::span<char> Buffer::room() {
    if (!block_) {
        block_ = arena_->take(Arena::least);
        capacity_ = Arena::least;
    }
    if (end_ == capacity_ && begin_ > capacity_ / 2) {
        std::memcpy(block_, block_ + begin_, size());
        end_ = size();
        begin_ = 0;
    }
    if (end_ == capacity_) {
        char* const larger = arena_->take(capacity_ * 2);
        std::memcpy(larger, block_ + begin_, size());
        if (outgrown_) release_outgrown();
        outgrown_ = block_;
        block_ = larger;
        capacity_ *= 2;
        end_ = size();
        begin_ = 0;
    }
    return {block_ + end_, capacity_ - end_};
}

void Buffer::consume(std::size_t count) noexcept {
    begin_ += count;
    if (empty()) release();
}

void Buffer::release_outgrown() noexcept {
    arena_->give_back(outgrown_, capacity_ / 2);
    outgrown_ = nullptr;
}

void Buffer::release() noexcept {
    if (outgrown_) release_outgrown();
    if (block_) arena_->give_back(block_, capacity_);
    block_ = nullptr;
    capacity_ = begin_ = end_ = 0;
}

void Buffer::swap(Buffer& other) noexcept {
    std::swap(arena_, other.arena_);
    std::swap(block_, other.block_);
    std::swap(outgrown_, other.outgrown_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
}

}  // namespace curfew::worker
