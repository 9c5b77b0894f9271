#pragma once

#include <curfew/app.h>

namespace demo {

/// Interrupts `:victim` by `:mechanism`, as often as `trials` says (20), each time in a child
/// process of its own, and counts what became of them. Takes 3 s at most, once
/// the threads that other requests have left running here are done.
curfew::Response unsafe_trials(const curfew::Request& request);

}  // namespace demo
