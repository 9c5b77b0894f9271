#pragma once

#include "master/workers/child.h"

namespace curfew::master {

/// Logs and counts the requests whose response was lost because their worker died. The requests for
/// which the master has killed the worker are not among them: they were logged before the kill.
void log_lost_requests(const Child& child);

}  // namespace curfew::master
