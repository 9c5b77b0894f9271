#pragma once

#include <array>

namespace curfew::master {

/// What one invocation of curfew is for.
enum class Action { serve, check, print, help, version };

/// A flag that asks for something else than serving.
struct ActionFlag {
    const char* flags;
    Action action;
    const char* help;
};

/// From the weakest: of several, the last one is heeded.
inline constexpr std::array<ActionFlag, 4> action_flags{{
    {"--check-config", Action::check,
     "Check the configuration and exit: 0 if it is good, 2 if not"},
    {"--print-config", Action::print, "Print the configuration in force as a TOML file and exit"},
    {"-v,--version", Action::version, "Print the version and exit"},
    {"-h,--help", Action::help, "Print this help and exit"},
}};

}  // namespace curfew::master
