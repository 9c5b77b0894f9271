#include "master/config/layers.h"

#include "master/config/config_error.h"
#include "master/config/text.h"

#include <algorithm>
#include <string>
#include <vector>

namespace curfew::master {

namespace {

[[noreturn]] void refuse_key(const FileEntry& entry, const std::string& path,
                             const OptionTable& table) {
    std::vector<std::string> known = {"route"};
    for (const Option& option : table) {
        if (option.in_file) known.push_back(option.path());
    }
    throw ConfigError(entry.where + ": unknown key " + in_quotes(path) + suggestion(path, known));
}

void set_entry(const FileEntry& entry, const std::string& path, OptionTable& table) {
    Option* const option = table.find_path(path);
    if (option == nullptr || !option->in_file) refuse_key(entry, path, table);
    option->set(Layer::file, entry.setting);
}

void set_table(const FileEntry& entry, OptionTable& table) {
    const Setting& setting = entry.setting;
    if (setting.is_array || setting.values.front().type != Type::table) {
        throw ConfigError(setting.where + ": " + entry.key + ": must be a table: write [" +
                          entry.key + "]");
    }
    for (const FileEntry& inner : entry.entries) {
        set_entry(inner, entry.key + "." + inner.key, table);
    }
}

void set_text(Option& option, Layer layer, const std::vector<std::string>& texts,
              const std::string& where) {
    Setting setting{{}, where};
    for (const std::string& text : texts) setting.values.push_back({text, Type::untyped, where});
    option.set(layer, setting);
}

/// A misspelt variable would else go unnoticed, as there is no log yet. One that is like none of
/// ours is somebody else's: container platforms make CURFEW_PORT of a service's name.
void refuse_misspelt_variables(const Environment& environment, const OptionTable& table) {
    std::vector<std::string> known;
    for (const Option& option : table) known.push_back(option.variable());
    for (const auto& [name, value] : environment) {
        if (!name.starts_with("CURFEW_") || std::ranges::find(known, name) != known.end()) continue;
        const auto near = suggestion(name, known);
        if (!near.empty()) throw ConfigError(name + ": unknown environment variable" + near);
    }
}

/// What platforms such as Heroku set; curfew's own variables beat them.
void apply_platform(const Environment& environment, OptionTable& table) {
    const auto port = environment.find("PORT");
    if (port != environment.end() && !environment.contains("CURFEW_BIND")) {
        set_text(table.at("bind"), Layer::environment, {"0.0.0.0:" + port->second}, "PORT");
    }
    const auto workers = environment.find("WEB_CONCURRENCY");
    if (workers != environment.end() && !environment.contains("CURFEW_WORKERS")) {
        set_text(table.at("workers"), Layer::environment, {workers->second}, "WEB_CONCURRENCY");
    }
}

/// The values of a list in a variable. The comma of "unix:/path,mode=0660" separates nothing.
std::vector<std::string> listed(const std::string& text) {
    std::vector<std::string> values;
    for (const std::string& part : split(text, ',')) {
        if (!values.empty() && part.starts_with("mode=")) {
            values.back() += ',' + part;
        } else {
            values.push_back(part);
        }
    }
    return values;
}

}  // namespace

void apply_file(const FileContent& content, OptionTable& table) {
    for (const FileEntry& entry : content.entries) {
        table.has_table(entry.key) ? set_table(entry, table) : set_entry(entry, entry.key, table);
    }
}

void apply_environment(const Environment& environment, OptionTable& table) {
    refuse_misspelt_variables(environment, table);
    apply_platform(environment, table);
    for (Option& option : table) {
        const auto found = environment.find(option.variable());
        if (found == environment.end()) continue;
        const std::string& text = found->second;
        set_text(option, Layer::environment, option.is_list() ? listed(text) : std::vector{text},
                 option.variable());
    }
}

void apply_flags(const Flags& flags, OptionTable& table) {
    for (Option& option : table) {
        const auto found = flags.values.find(option.flag());
        if (found != flags.values.end()) {
            set_text(option, Layer::flag, found->second, option.flag());
        }
    }
    if (!flags.application) return;
    if (flags.values.contains("--app")) {
        throw ConfigError("--app: the application is named already: " +
                          in_quotes(*flags.application));
    }
    set_text(table.at("app"), Layer::flag, {*flags.application}, "the argument");
}

}  // namespace curfew::master
