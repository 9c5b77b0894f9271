#pragma once

#include <string>

namespace demo::lab {

/// The page of the lab: complete, without external resources.
[[nodiscard]] std::string lab_page();

}  // namespace demo::lab
