#include "master/config/flags.h"

#include "master/config/config_error.h"
#include "master/config/text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace curfew::master {

namespace {

/// The long flags of all options and actions.
std::vector<std::string> known_flags(const OptionTable& table) {
    std::vector<std::string> known;
    for (const Option& option : table) known.push_back(option.flag());
    for (const ActionFlag& action : action_flags) {
        known.push_back(split(action.flags, ',').back());
    }
    return known;
}

/// Refuses what CLI11 could not place.
void refuse_remaining(const std::vector<std::string>& remaining, const std::string& application,
                      const OptionTable& table) {
    for (const std::string& argument : remaining) {
        if (!argument.starts_with('-') || argument == "--") continue;
        const std::string flag = argument.substr(0, argument.find('='));
        throw ConfigError(flag + ": unknown flag" + suggestion(flag, known_flags(table)));
    }
    for (const std::string& argument : remaining) {
        if (argument == "--") continue;
        throw ConfigError("one application is enough: " + in_quotes(application) + " or " +
                          in_quotes(argument) + "?");
    }
}

/// The arguments as CLI11 wants them: the last one first. "--user=" would take the next argument
/// for its value, so it is written as two.
std::vector<std::string> reversed_arguments(int argc, const char* const* argv) {
    std::vector<std::string> arguments;
    for (int i = argc - 1; i > 0; --i) {
        std::string argument = argv[i];
        if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
            argument.pop_back();
            arguments.emplace_back();
        }
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

/// "--flag" or "--flag=value".
bool is_given(const std::string& flag, int argc, const char* const* argv) {
    return !flag.empty() && std::any_of(argv + 1, argv + argc, [&flag](std::string_view argument) {
        return argument.substr(0, argument.find('=')) == flag;
    });
}

}  // namespace

Flags parse_flags(int argc, const char* const* argv, const OptionTable& table) {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<std::pair<const Option*, const CLI::Option*>> options;
    for (const Option& option : table) {
        std::string names(option.flags());
        if (const auto former = option.former_flag(); !former.empty()) names += ',' + former;
        auto* const flag = app.add_option(names);
        flag->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        options.emplace_back(&option, flag);
    }
    std::vector<std::pair<Action, const CLI::Option*>> actions;
    for (const ActionFlag& action : action_flags) {
        actions.emplace_back(action.action, app.add_flag(action.flags));
    }
    const CLI::Option* const application = app.add_option("application");

    try {
        app.parse(reversed_arguments(argc, argv));
    } catch (const CLI::ParseError& error) {
        // "--timeout: 1 required TEXT missing"
        const std::string what = error.what();
        const bool missing = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
        throw ConfigError(missing ? what.substr(0, what.find(':')) + ": a value is missing" : what);
    }

    Flags flags;
    if (application->count() > 0) flags.application = application->results().front();
    refuse_remaining(app.remaining(), flags.application.value_or(""), table);
    for (const auto& [option, flag] : options) {
        if (flag->count() > 0) flags.values[option->flag()] = flag->results();
        if (is_given(option->former_flag(), argc, argv)) flags.former.insert(option->former_flag());
    }
    for (const auto& [action, flag] : actions) {
        if (flag->count() > 0) flags.action = action;
    }
    return flags;
}

}  // namespace curfew::master
