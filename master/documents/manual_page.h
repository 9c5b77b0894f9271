#pragma once

#include "master/config/option_table.h"

#include <string>

namespace curfew::master {

/// The options as sections of a manual page, in mdoc(7).
[[nodiscard]] std::string manual_options(const OptionTable& table);

/// The manual page: `page`, with the options in place of its line `.\" OPTIONS`. Throws
/// std::runtime_error if there is no such line.
[[nodiscard]] std::string manual_page(const std::string& page, const OptionTable& table);

}  // namespace curfew::master
