#pragma once

#include "master/config/action.h"
#include "master/config/config_error.h"
#include "master/config/environment.h"
#include "master/config/options.h"

#include <string>
#include <vector>

namespace curfew::master {

/// What to do, and with which options.
struct Invocation {
    Action action = Action::serve;
    Options options;                         ///< to serve with
    std::string text;                        ///< to print, for help, version and print
    std::vector<std::string> warnings = {};  ///< for the log
};

/// Makes one configuration of the defaults, the file, the environment and the flags; each overrides
/// those before it. Throws ConfigError for the first mistake in any of them.
[[nodiscard]] Invocation configure(int argc, const char* const* argv,
                                   const Environment& environment);

/// A complete TOML file that says the same as `options`, each option under its help.
[[nodiscard]] std::string print_config(const Options& options);

}  // namespace curfew::master
