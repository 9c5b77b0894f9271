#pragma once

#include "master/workers/child.h"

namespace curfew::master {

/// Logs and counts the requests whose response was lost with a dead worker. Those for which we have
/// killed it have been logged by then.
void log_lost_requests(const Child& child);

}  // namespace curfew::master
