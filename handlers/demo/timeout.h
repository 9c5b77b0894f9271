#pragma once

#include <curfew/app.h>

namespace demo {

/// Runs the slow function `:function` under a `limit`, by `:strategy`, and reports what came of it.
curfew::Response timeout(const curfew::Request& request);

/// In JSON what the functions that still run in this process do: those that were left behind.
curfew::Response functions_that_run(const curfew::Request& request);

}  // namespace demo
