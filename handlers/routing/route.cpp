#include "route.h"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace curfew {

namespace {

Duration checked_limit(Duration limit, const char* what) {
    if (limit < std::chrono::milliseconds(1)) {
        throw std::invalid_argument(std::string(what) + ": a limit is at least 1 ms");
    }
    return limit;
}

}  // namespace

Route::Route(std::string method, std::string pattern, Handler handler)
    : method_(std::move(method)), pattern_(std::move(pattern)), handler_(std::move(handler)) {}

Route& Route::within(Duration limit) {
    within_ = checked_limit(limit, "within");
    return *this;
}

Route& Route::by(Strategy& strategy) noexcept {
    by_ = &strategy;
    return *this;
}

Route& Route::harakiri(Duration limit) {
    harakiri_ = checked_limit(limit, "harakiri");
    return *this;
}

Route& Route::slow(Duration limit) {
    slow_ = limit == Duration::zero() ? limit : checked_limit(limit, "slow");
    return *this;
}

Route& Route::harakiri(Harakiri mode) noexcept {
    mode_ = mode;
    return *this;
}

Route& Route::cpu_limit(Duration limit) {
    cpu_limit_ = limit == Duration::zero() ? limit : checked_limit(limit, "cpu_limit");
    return *this;
}

}  // namespace curfew
