#include "tools/impairment/queue.h"

#include <algorithm>
#include <utility>

namespace curfew::impairment {

void Queue::add(std::string bytes, Time came) {
    bytes_ += bytes.size();
    std::uniform_real_distribution<double> luck(-1, 1);
    pieces_.push_back({.bytes = std::move(bytes), .came = came, .luck = luck(random_)});
}

std::string_view Queue::head() const noexcept {
    return std::string_view(pieces_.front().bytes).substr(popped_);
}

Time Queue::due(const Conditions& conditions) const noexcept {
    const auto& piece = pieces_.front();
    const auto jitter = std::chrono::duration_cast<Duration>(conditions.jitter * piece.luck);
    return piece.came + std::max(conditions.latency + jitter, Duration::zero());
}

void Queue::pop(std::size_t count) noexcept {
    bytes_ -= count;
    popped_ += count;
    if (popped_ < pieces_.front().bytes.size()) return;
    pieces_.pop_front();
    popped_ = 0;
}

}  // namespace curfew::impairment
