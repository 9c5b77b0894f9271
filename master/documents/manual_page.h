#pragma once

#include "master/config/option_table.h"

#include <string>

namespace curfew::master {

/// The options as sections of a manual page, in mdoc(7).
[[nodiscard]] std::string manual_options(const OptionTable& table);

/// The keys of a `[[route]]` table as a list of a manual page.
[[nodiscard]] std::string manual_route_keys(const OptionTable& keys);

/// The manual page: `page`, with the options in place of its line `.\" OPTIONS`, and the keys of a
/// `[[route]]` table in place of `.\" ROUTE KEYS`. Throws std::runtime_error if a line is missing.
[[nodiscard]] std::string manual_page(const std::string& page, const OptionTable& table,
                                      const OptionTable& route_keys);

}  // namespace curfew::master
