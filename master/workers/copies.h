#pragma once

#include "master/workers/workers.h"

namespace curfew::master {

/// Logs the processes that handlers have forked, and that came back from them to the server's code.
void report_copies(Workers& workers);

}  // namespace curfew::master
