#pragma once

#include "worker/shared/counters.h"

namespace curfew::master {

/// Logs one line for each route that has events to report, and one line if log lines were dropped.
void log_counters(const worker::Counters& counters);

}  // namespace curfew::master
