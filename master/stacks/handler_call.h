#pragma once

#include "master/stacks/frame.h"

#include <vector>

namespace curfew::master {

/// Removes from a stack, whose innermost call is the first, the calls by which std::function
/// reaches the handler. If the compiler has merged the handler with one of these calls, that frame
/// stays, and gets the name of the handler.
[[nodiscard]] std::vector<Frame> without_handler_call(std::vector<Frame> frames);

}  // namespace curfew::master
