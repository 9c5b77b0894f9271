#pragma once

#include "unsafe_strategies.h"

#include <curfew/app.h>

namespace demo {

/// As timeout(), by a way that no program should use: literally, in a child process that is thrown
/// away.
curfew::Response unsafe_timeout(const UnsafeStrategy& by, const curfew::Request& request);

}  // namespace demo
