#include "worker/buffer.h"

#include <cstring>
#include <utility>

namespace curfew::worker {

std::unique_ptr<char[]> BlockPool::take() {
    if (free_.empty()) return std::make_unique_for_overwrite<char[]>(block_size);
    auto block = std::move(free_.back());
    free_.pop_back();
    return block;
}

void BlockPool::give_back(std::unique_ptr<char[]> block) noexcept {
    if (free_.size() >= kept) return;
    if (free_.capacity() == 0) free_.reserve(kept);
    free_.push_back(std::move(block));
}

std::span<char> Buffer::room() {
    if (!block_) {
        block_ = pool_->take();
        capacity_ = BlockPool::block_size;
    }
    if (end_ == capacity_ && begin_ > 0) {
        std::memmove(block_.get(), block_.get() + begin_, size());
        end_ = size();
        begin_ = 0;
    }
    if (end_ == capacity_) {
        auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
        std::memcpy(larger.get(), block_.get(), end_);
        if (capacity_ == BlockPool::block_size) pool_->give_back(std::move(block_));
        block_ = std::move(larger);
        capacity_ *= 2;
    }
    return {block_.get() + end_, capacity_ - end_};
}

void Buffer::consume(std::size_t count) noexcept {
    begin_ += count;
    if (empty()) release();
}

void Buffer::release() noexcept {
    if (block_ && capacity_ == BlockPool::block_size) pool_->give_back(std::move(block_));
    block_.reset();
    capacity_ = begin_ = end_ = 0;
}

void Buffer::swap(Buffer& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(block_, other.block_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
}

}  // namespace curfew::worker
