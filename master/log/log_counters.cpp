#include "master/log/log_counters.h"

#include <spdlog/spdlog.h>

namespace curfew::master {

void log_counters(const worker::Counters& counters) {
    for (const auto& counts : counters.read()) {
        spdlog::info("route {}: {}", counts.route.empty() ? "(none)" : counts.route,
                     to_text(counts));
    }
    if (const auto lines = counters.missing_lines(); lines > 0) {
        spdlog::warn("access log: {} in all",
                     lines == 1 ? "1 line is lost" : fmt::format("{} lines are lost", lines));
    }
}

}  // namespace curfew::master
