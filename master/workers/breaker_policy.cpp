#include "master/workers/breaker_policy.h"

#include <algorithm>

namespace curfew::master {

namespace {

constexpr std::size_t always_allowed = 3;

}  // namespace

bool BreakerPolicy::too_many(std::uint32_t route, Time now, std::size_t pool, int percent,
                             Duration window) {
    std::erase_if(deaths_, [&](const Death& death) { return now - death.at > window; });
    const auto allowed = std::max(pool * static_cast<std::size_t>(percent) / 100, always_allowed);
    const auto so_far = static_cast<std::size_t>(std::ranges::count(deaths_, route, &Death::route));
    if (so_far < allowed) {
        deaths_.push_back({route, now});
        return false;
    }
    std::erase_if(deaths_, [&](const Death& death) { return death.route == route; });
    return true;
}

}  // namespace curfew::master
