#pragma once

#include <curfew/app.h>

namespace demo {

/// What each strategy can do, by its own word, and links to try it on each function. A page, or
/// JSON for those who ask for it by `Accept: application/json` or `?format=json`.
curfew::Response strategies_page(const curfew::Request& request);

}  // namespace demo
