#pragma once

#include <curfew/app.h>

namespace demo {

/// Sleeps `:seconds`, at most 10, then describes the request in JSON, both as httpbin's /delay
/// does.
curfew::Response delay(const curfew::Request& request);

}  // namespace demo
