#pragma once

#include <string>
#include <string_view>

namespace curfew::master {

/// The document with `part` between two marks, in place of what is there. Throws
/// std::runtime_error, which names the document, if it has no such marks.
[[nodiscard]] std::string with_marked_part(std::string_view name, const std::string& document,
                                           std::string_view begin_mark, std::string_view end_mark,
                                           std::string_view part);

}  // namespace curfew::master
