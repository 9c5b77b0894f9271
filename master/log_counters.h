#pragma once

#include "worker/counters.h"

namespace curfew::master {

/// One line for each route to which something has happened.
void log_counters(const worker::Counters& counters);

}  // namespace curfew::master
