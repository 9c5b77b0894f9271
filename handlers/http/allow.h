#pragma once

#include <set>
#include <string>
#include <string_view>

namespace curfew {

/// The value of an Allow field (RFC 9110 section 10.2.1) in the making. Short-lived: it holds views
/// of the methods that it is given.
class Allow {
  public:
    /// With GET comes HEAD; "*" is every method that any() answers.
    void insert(std::string_view method);

    [[nodiscard]] bool empty() const noexcept { return methods_.empty(); }

    /// Sorted, and with OPTIONS, which the server answers itself.
    [[nodiscard]] std::string value() const;

  private:
    std::set<std::string_view> methods_;
};

}  // namespace curfew
