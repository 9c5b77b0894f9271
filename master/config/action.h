#pragma once

#include <array>

namespace curfew::master {

/// What one invocation of curfew does.
enum class Action { serve, check, print, help, version };

/// A flag that makes curfew do something other than serve.
struct ActionFlag {
    const char* flags;
    Action action;
    const char* help;
};

/// In ascending order of precedence: if the command line has several, the last one of this list
/// decides.
inline constexpr std::array<ActionFlag, 4> action_flags{{
    {"--check-config", Action::check,
     "Check the configuration and exit: 0 if it is good, 2 if not"},
    {"--print-config", Action::print, "Print the configuration in force as a TOML file and exit"},
    {"-v,--version", Action::version, "Print the version and exit"},
    {"-h,--help", Action::help, "Print this help and exit"},
}};

}  // namespace curfew::master
