#pragma once

#include <curfew/app.h>

/// Handlers that never return. Functions with names, not lambdas: this is what a post-mortem's
/// stack trace shows.
namespace demo {

[[noreturn]] curfew::Response stuck_in_sleep(const curfew::Request& request);

/// Computes, without a system call that could be interrupted.
[[noreturn]] curfew::Response stuck_in_a_loop(const curfew::Request& request);

/// Waits for a mutex that it holds itself; every later caller in the process waits behind it.
[[noreturn]] curfew::Response stuck_on_a_lock(const curfew::Request& request);

/// Computes, with every signal blocked: only SIGKILL ends it.
[[noreturn]] curfew::Response stuck_and_deaf(const curfew::Request& request);

}  // namespace demo
