#pragma once

#include "tools/impairment/proxy.h"

#include <string>
#include <string_view>

namespace curfew::impairment {

/// Does what a line of the control socket says: `set WORDS`, `clear [WORDS]`, `show` or
/// `connections`. The answer is `ok`, with what was asked for behind it, or `error: ` and what is
/// wrong with the line; nothing has changed then.
[[nodiscard]] std::string execute(Proxy& proxy, std::string_view line);

}  // namespace curfew::impairment
