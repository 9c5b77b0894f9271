#pragma once

#include <string>
#include <string_view>

namespace curfew::laboratory {

/// The file has this text from now on, and never only a part of it: that is written beside it, to
/// PATH.part. Throws std::runtime_error that names it.
void replace_file(const std::string& path, std::string_view text);

}  // namespace curfew::laboratory
