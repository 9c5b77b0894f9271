#include "worker/shared/copy_note.h"

#include <algorithm>

namespace curfew::worker {

void CopyNote::write(pid_t pid, std::string_view route, std::string_view request) noexcept {
    auto expected = State::free;
    if (!state_.compare_exchange_strong(expected, State::begun)) {
        others_.fetch_add(1);
        return;
    }
    pid_ = pid;
    route_size_ = static_cast<std::uint16_t>(route.copy(route_, sizeof route_));
    request_size_ = static_cast<std::uint16_t>(request.copy(request_, sizeof request_));
    state_.store(State::written);
}

std::optional<CopyNote::Text> CopyNote::take() {
    if (state_.load() != State::written) return {};
    Text text{
        .pid = pid_,
        .route = std::string(route_, std::min<std::size_t>(route_size_, sizeof route_)),
        .request = std::string(request_, std::min<std::size_t>(request_size_, sizeof request_)),
        .others = others_.exchange(0)};
    state_.store(State::free);
    return text;
}

void CopyNote::clear() noexcept {
    others_.store(0);
    state_.store(State::free);
}

}  // namespace curfew::worker
