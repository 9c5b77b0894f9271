#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// A string as JSON writes it, with its quotes (RFC 8259 section 7). JSON is UTF-8: each octet that
/// is not becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

[[nodiscard]] std::string json_list(const std::vector<std::string>& strings);

/// An object in the making.
class JsonObject {
  public:
    /// `json` is a value that is JSON already.
    void add(std::string_view name, std::string_view json);

    [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

  private:
    std::string members_;
};

}  // namespace demo
