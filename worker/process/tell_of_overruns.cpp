#include "worker/process/tell_of_overruns.h"

#include "handlers/base/milliseconds.h"
#include "handlers/timeouts/strategies/overrun.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <string>

namespace curfew::worker {

namespace {

Counters* own_counters = nullptr;
pid_t own_process = 0;

/// Children of this process may run functions with limits as well, but not write its log.
void count_and_log(const Overrun& overrun) {
    const std::string_view route = overrun.route ? overrun.route : "";
    own_counters->count(RequestEvent::ended_late, route);
    if (::getpid() != own_process) return;
    const auto what = overrun.call
                          ? "it was stuck in " + std::string(overrun.call)
                          : std::string("it computed, or was in a call that no limit ends");
    spdlog::warn("route {}: a function ended {} ms after its limit (strategy {}): {}",
                 route.empty() ? "(none)" : route, in_milliseconds(overrun.late), overrun.strategy,
                 what);
}

}  // namespace

void tell_of_overruns_to(Counters& counters) noexcept {
    own_counters = &counters;
    own_process = ::getpid();
    tell_of_overruns_by(count_and_log);
}

}  // namespace curfew::worker
