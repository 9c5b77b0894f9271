// Processes, under the names that tests have with `using namespace curfew::tests`.
#pragma once

#include "handlers/timeouts/processes/proc_children.h"
#include "tools/support/process.h"

namespace curfew::tests {

using curfew::children_of;
using tools::is_alive;
using tools::Process;
using tools::read_file;
using tools::status_of;
using tools::title_of;

}  // namespace curfew::tests
