#pragma once

#include <string_view>

namespace curfew {

/// The Content-Type for a file of that name, by its extension in whatever case; text is said to be
/// UTF-8. What a site is usually made of is known; for other extensions the system's
/// `/etc/mime.types` counts, if there is one. `application/octet-stream` for what is not known. The
/// view is of static storage. Safe from any thread.
[[nodiscard]] std::string_view mime_type(std::string_view path) noexcept;

}  // namespace curfew
