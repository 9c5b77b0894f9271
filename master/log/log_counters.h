#pragma once

#include "worker/shared/counters.h"

namespace curfew::master {

/// One line for each route to which something has happened, and one if log lines are lost.
void log_counters(const worker::Counters& counters);

}  // namespace curfew::master
