#include "master/log_counters.h"

#include <spdlog/spdlog.h>

namespace curfew::master {

void log_counters(const worker::Counters& counters) {
    for (const auto& counts : counters.read()) {
        spdlog::info("route {}: {}", counts.route.empty() ? "(none)" : counts.route,
                     to_text(counts));
    }
}

}  // namespace curfew::master
