#include "backend_call.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace curfew {

namespace {

using std::chrono::milliseconds;

/// The upstream's name, once it is known that there is time to call it.
std::string checked_name(std::string upstream) {
    if (call_context().expired()) throw TimeoutError(upstream + ": no time left to call it");
    return upstream;
}

}  // namespace

BackendCall::BackendCall(Stage stage, std::string upstream, Duration own_limit)
    : upstream_(checked_name(std::move(upstream))),
      start_(Deadline::Clock::now()),
      limit_(Deadline::after(start_, std::min(own_limit, remaining_time()))),
      deadline_(call_context().postponed(limit_)),
      of_caller_(remaining_time() <= own_limit),
      scope_(limit_),
      metered_(call_context().metering.enter(stage, upstream_, start_)) {}

BackendCall::~BackendCall() {
    if (metered_) call_context().metering.leave(Deadline::Clock::now());
}

std::string BackendCall::elapsed() const {
    const auto time = Deadline::Clock::now() - start_;
    return std::to_string(std::chrono::round<milliseconds>(time).count()) + " ms";
}

BackendCall::Pause::Pause(const BackendCall& call, const char* what) : call_(call) {
    if (call_.metered_) call_context().metering.rename(call_.upstream_ + " (" + what + ")");
}

BackendCall::Pause::~Pause() {
    if (call_.metered_) call_context().metering.rename(call_.upstream_);
}

bool BackendCall::is_over() const noexcept { return call_context().expired(); }

void BackendCall::time_out(const std::string& why) const {
    const auto message =
        upstream_ + ": timed out after " + elapsed() + (why.empty() ? "" : ": " + why);
    const auto* const token = call_context().token;
    if (of_caller_ || (token != nullptr && token->raised())) throw TimeoutError(message);
    throw BackendError(message, BackendError::Kind::timed_out);
}

void BackendCall::fail(BackendError::Kind kind, const std::string& what) const {
    // Libraries count whole milliseconds, and may be one of them early.
    const bool too_early = kind == BackendError::Kind::timed_out && remaining() < milliseconds(2);
    if (is_over() || too_early) time_out();
    if (kind == BackendError::Kind::timed_out) {
        throw BackendError(upstream_ + ": " + what + " after " + elapsed(), kind);
    }
    throw BackendError(upstream_ + ": " + what, kind);
}

long whole_milliseconds(Duration duration) noexcept {
    constexpr milliseconds most(std::numeric_limits<int>::max());
    if (duration >= most) return most.count();
    return std::max<long>(std::chrono::ceil<milliseconds>(duration).count(), 1);
}

}  // namespace curfew
