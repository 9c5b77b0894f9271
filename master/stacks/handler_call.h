#pragma once

#include "master/stacks/frame.h"

#include <vector>

namespace curfew::master {

/// A stack, the innermost call first, without the calls by which std::function reaches the handler
/// at its end. A handler that the compiler has merged with these keeps the place, by its own name.
[[nodiscard]] std::vector<Frame> without_handler_call(std::vector<Frame> frames);

}  // namespace curfew::master
