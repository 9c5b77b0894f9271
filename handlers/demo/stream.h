#pragma once

#include <curfew/app.h>

namespace demo {

/// `:n` lines of JSON, one chunk each; `?interval=` so many milliseconds between them.
curfew::Response stream_lines(const curfew::Request& request);

}  // namespace demo
