#pragma once

#include <string>
#include <string_view>

namespace demo {

/// A page of the demo: complete, without external resources. All texts are HTML.
[[nodiscard]] std::string page(std::string_view title, std::string_view intro,
                               std::string_view main);

}  // namespace demo
