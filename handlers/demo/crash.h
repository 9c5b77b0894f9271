#pragma once

#include <curfew/app.h>

/// Handlers that take their worker with them.
namespace demo {

[[noreturn]] void crash_by_null_pointer();
[[noreturn]] curfew::Response crash_by_segv(const curfew::Request& request);
[[noreturn]] curfew::Response crash_by_abort(const curfew::Request& request);

/// Ends the process with status 42, without a signal.
[[noreturn]] curfew::Response crash_by_exit(const curfew::Request& request);

}  // namespace demo
