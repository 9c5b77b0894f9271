#pragma once

#include "master/config/action.h"
#include "master/config/option_table.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace curfew::master {

/// What the command line says; values are not parsed yet.
struct Flags {
    Action action = Action::serve;
    std::map<std::string, std::vector<std::string>>
        values;                              ///< by long flag, in order of appearance
    std::optional<std::string> application;  ///< the argument that is no flag
    std::set<std::string> former;            ///< former names that were used: "--harakiri-brake"
};

/// Splits the command line into the flags of `table` and their values. Throws ConfigError for an
/// unknown flag, a missing value or a second argument.
[[nodiscard]] Flags parse_flags(int argc, const char* const* argv, const OptionTable& table);

}  // namespace curfew::master
