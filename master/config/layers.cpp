#include "master/config/layers.h"

#include "master/config/config_error.h"
#include "master/config/text.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
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

/// A former name works for one version more, and says so.
std::string renamed(const std::string& where, const std::string& former, const std::string& name) {
    return where + ": " + former + " is called " + name +
           " now; the next version does not know the former name";
}

/// One file on its way into the table.
class File {
  public:
    explicit File(OptionTable& table) : table_(table) {}

    void set_entry(const FileEntry& entry, const std::string& path) {
        Option& option = option_for(entry, path);
        const auto [other, is_first] = set_at_.emplace(&option, entry.where);
        if (!is_first) {
            throw ConfigError(entry.where + ": " + path + ": " + other->second +
                              " has set this option already, by its other name");
        }
        option.set(Layer::file, entry.setting);
    }

    void set_table(const FileEntry& entry) {
        const Setting& setting = entry.setting;
        if (setting.is_array || setting.values.front().type != Type::table) {
            throw ConfigError(setting.where + ": " + entry.key + ": must be a table: write [" +
                              entry.key + "]");
        }
        for (const FileEntry& inner : entry.entries) set_entry(inner, entry.key + "." + inner.key);
    }

    [[nodiscard]] Warnings take_warnings() { return std::move(warnings_); }

  private:
    Option& option_for(const FileEntry& entry, const std::string& path) {
        Option* const option = table_.find_path(path);
        if (option != nullptr && option->in_file) return *option;
        const auto former = std::ranges::find(table_, path, &Option::former);
        if (path.empty() || former == table_.end()) refuse_key(entry, path, table_);
        warnings_.push_back(renamed(entry.where, path, former->path()));
        return *former;
    }

    OptionTable& table_;
    Warnings warnings_;
    std::map<const Option*, std::string> set_at_;  ///< TOML has each key once, but not each option
};

void set_text(Option& option, Layer layer, const std::vector<std::string>& texts,
              const std::string& where) {
    Setting setting{{}, where};
    for (const std::string& text : texts) setting.values.push_back({text, Type::untyped, where});
    option.set(layer, setting);
}

/// Kubernetes and Docker set such variables for a service or a container with the name "curfew", or
/// a name that begins so: CURFEW_PORT, CURFEW_PORT_8000_TCP_ADDR, CURFEW_SERVICE_HOST,
/// CURFEW_DB_SERVICE_PORT_HTTP.
bool is_service_variable(std::string_view name) {
    if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") ||
        name.ends_with("_PORT") || name.find("_SERVICE_PORT_") != std::string_view::npos) {
        return true;
    }
    constexpr std::string_view port = "_PORT_";
    const auto at = name.find(port);
    if (at == std::string_view::npos) return false;
    const char next = name.substr(at + port.size()).empty() ? ' ' : name[at + port.size()];
    return next >= '0' && next <= '9';
}

/// A misspelt variable has no effect, which its author would not notice. One that resembles none of
/// ours belongs to another program.
void warn_of_misspelt_variables(const Environment& environment, const OptionTable& table,
                                Warnings& warnings) {
    std::vector<std::string> known;
    for (const Option& option : table) known.push_back(option.variable());
    for (const Option& option : table) {
        if (environment.contains(option.former_variable())) {
            known.push_back(option.former_variable());
        }
    }
    for (const auto& [name, value] : environment) {
        if (!name.starts_with("CURFEW_") || std::ranges::find(known, name) != known.end()) continue;
        if (is_service_variable(name)) continue;
        const auto near = suggestion(name, known);
        if (!near.empty()) warnings.push_back(name + ": unknown environment variable" + near);
    }
}

/// Other programs read this variable too: a value that is nothing for us is no reason not to start.
void apply_platform_variable(const Environment& environment, const char* name,
                             const std::string& prefix, Option& option, Warnings& warnings) {
    const auto found = environment.find(name);
    if (found == environment.end() || found->second.empty()) return;
    try {
        set_text(option, Layer::platform, {prefix + found->second}, name);
    } catch (const ConfigError& error) {
        warnings.push_back(std::string(error.what()) + "; the variable is ignored");
    }
}

/// Null if there is no such variable, or no such name; an empty variable is as good as none.
const std::string* value_of(const Environment& environment, const Option& option,
                            const std::string& name) {
    const auto found = name.empty() ? environment.end() : environment.find(name);
    if (found == environment.end()) return nullptr;
    return found->second.empty() && !option.accepts_empty() ? nullptr : &found->second;
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

Warnings apply_file(const FileContent& content, OptionTable& table) {
    File file(table);
    for (const FileEntry& entry : content.entries) {
        table.has_table(entry.key) ? file.set_table(entry) : file.set_entry(entry, entry.key);
    }
    return file.take_warnings();
}

Warnings apply_environment(const Environment& environment, OptionTable& table) {
    Warnings warnings;
    warn_of_misspelt_variables(environment, table, warnings);
    // What platforms such as Heroku set.
    apply_platform_variable(environment, "PORT", "0.0.0.0:", table.at("bind"), warnings);
    apply_platform_variable(environment, "WEB_CONCURRENCY", "", table.at("workers"), warnings);
    for (Option& option : table) {
        const std::string* text = value_of(environment, option, option.variable());
        std::string name = option.variable();
        const std::string former = option.former_variable();
        if (const auto* const other = value_of(environment, option, former)) {
            warnings.push_back(renamed("the environment", former, name));
            if (text == nullptr) {
                text = other;
                name = former;
            }
        }
        if (text == nullptr) continue;
        set_text(option, Layer::environment, option.is_list() ? listed(*text) : std::vector{*text},
                 name);
    }
    return warnings;
}

Warnings apply_flags(const Flags& flags, OptionTable& table) {
    Warnings warnings;
    for (Option& option : table) {
        if (flags.former.contains(option.former_flag())) {
            warnings.push_back(renamed("the command line", option.former_flag(), option.flag()));
        }
        const auto found = flags.values.find(option.flag());
        if (found != flags.values.end()) {
            set_text(option, Layer::flag, found->second, option.flag());
        }
    }
    if (!flags.application) return warnings;
    if (flags.values.contains("--app")) {
        throw ConfigError("--app: the application is named already: " +
                          in_quotes(*flags.application));
    }
    set_text(table.at("app"), Layer::flag, {*flags.application}, "the argument");
    return warnings;
}

}  // namespace curfew::master
