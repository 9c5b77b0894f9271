#pragma once

#include <string>

namespace curfew::master {

/// docs/manual.md with the table of the waits that obey a limit between its two marks, in place of
/// what is there. Throws std::runtime_error if there are no such marks.
[[nodiscard]] std::string manual_with_waits(const std::string& manual);

}  // namespace curfew::master
