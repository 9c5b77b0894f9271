#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace curfew::master {

/// As a TOML basic string: in double quotes, on one line whatever it holds (TOML 1.0, "String").
[[nodiscard]] std::string in_quotes(std::string_view text);

/// Without the marks of `literals`, which only Markdown shows.
[[nodiscard]] std::string without_marks(std::string_view text);

[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view separator);

/// Empty parts are kept: "a,,b" has three, "" has one.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);

/// The end of a message about an unknown word: `; did you mean "timeout"?` with the nearest of
/// `known`, or nothing if none is near.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace curfew::master
