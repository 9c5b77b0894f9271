#pragma once

#include <string_view>

namespace curfew {

/// The Content-Type for a file of that name, by its extension in whatever case; text is said to be
/// UTF-8. `application/octet-stream` for what is not known. The view is of static storage.
[[nodiscard]] std::string_view mime_type(std::string_view path) noexcept;

}  // namespace curfew
