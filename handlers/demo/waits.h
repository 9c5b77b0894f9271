#pragma once

#include <string>

namespace demo {

/// A section of a page: which waits obey a limit, and how.
[[nodiscard]] std::string waits_section();

}  // namespace demo
