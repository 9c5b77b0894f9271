#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace curfew {

/// Replaces each %XX by its octet (RFC 3986 section 2.1). Nothing if an escape is malformed or
/// yields NUL, which no path or query of ours may hold.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The same for one name or value of a query, where `+` also stands for a space
/// (application/x-www-form-urlencoded).
[[nodiscard]] std::optional<std::string> form_decode(std::string_view text);

/// True if every % of `text` begins an escape that percent_decode() accepts.
[[nodiscard]] bool is_percent_encoded(std::string_view text) noexcept;

}  // namespace curfew
