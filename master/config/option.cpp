#include "master/config/option.h"

#include "master/config/config_error.h"
#include "master/config/text.h"

#include <algorithm>
#include <stdexcept>

namespace curfew::master {

namespace {

/// "-t,--timeout" → "--timeout"
std::string long_flag(std::string_view flags) {
    return std::string(flags.substr(flags.find("--")));
}

/// "--keep-alive" → "keep_alive"
std::string snake_case(const std::string& flag) {
    std::string key = flag.substr(2);
    std::ranges::replace(key, '-', '_');
    return key;
}

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

bool is_number(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// For messages.
std::string name_of(Type type) {
    switch (type) {
        case Type::untyped:
            return "a text";
        case Type::string:
            return "a string";
        case Type::integer:
            return "an integer";
        case Type::floating:
            return "a float";
        case Type::boolean:
            return "a boolean";
        case Type::date:
            return "a date or time";
        case Type::array:
            return "an array";
        case Type::table:
            return "a table";
    }
    return {};
}

/// Whether the file may give a value of that type to such an option.
bool accepts(Form form, Type type) {
    if (type == Type::untyped) return true;
    switch (form) {
        case Form::text:
        case Form::word:
        case Form::list:
            return type == Type::string;
        case Form::count:
            return type == Type::integer;
        case Form::size:
            return type == Type::integer || type == Type::string;
        case Form::duration:
            return type == Type::integer || type == Type::floating || type == Type::string;
    }
    return false;
}

std::string wanted_by(Form form) {
    switch (form) {
        case Form::text:
        case Form::word:
            return "a string";
        case Form::list:
            return "a string or an array of strings";
        case Form::count:
            return "an integer";
        case Form::size:
            return "a size such as \"8k\" or a number of bytes";
        case Form::duration:
            return "a duration such as \"30s\" or a number of seconds";
    }
    return {};
}

}  // namespace

Option::Option(std::string_view flags, Form form, std::string_view placeholder,
               std::string accepted, Take take, Show show)
    : flags_(flags),
      flag_(long_flag(flags_)),
      key_(snake_case(flag_)),
      variable_("CURFEW_" + upper_case(key_)),
      form_(form),
      placeholder_(placeholder),
      accepted_(std::move(accepted)),
      take_(std::move(take)),
      show_(std::move(show)) {}

void Option::set(Layer layer, const Setting& setting) {
    // A flag or a variable names its option by itself, a place in a file does not.
    const std::string subject = layer == Layer::file ? ": " + path() : "";
    const std::vector<std::string> texts = texts_of(setting, form_, subject);
    const bool keep = layer >= layer_;
    try {
        take_(texts, keep);
    } catch (const std::invalid_argument& error) {
        throw ConfigError(setting.where + subject + ": " + error.what());
    }
    if (!keep) return;
    layer_ = layer;
    where_ = setting.where;
}

std::string Option::former_flag() const {
    if (former.empty()) return {};
    std::string flag = "--" + former;
    std::ranges::replace(flag, '_', '-');
    return flag;
}

std::string Option::former_variable() const {
    return former.empty() ? std::string() : "CURFEW_" + upper_case(former);
}

bool Option::accepts_empty() const {
    try {
        take_({""}, false);
        return true;
    } catch (const std::invalid_argument&) {
        return false;
    }
}

std::string Option::name() const {
    return group.table.empty() ? key_ : key_.substr(group.table.size() + 1);
}

std::string Option::path() const {
    return group.table.empty() ? key_ : std::string(group.table) + "." + name();
}

std::string Option::toml() const {
    std::vector<std::string> values = shown();
    for (std::string& value : values) {
        const bool bare = form_ == Form::count || (form_ == Form::size && is_number(value));
        if (!bare) value = in_quotes(value);
    }
    return is_list() ? '[' + joined(values, ", ") + ']' : values.front();
}

std::vector<std::string> texts_of(const Setting& setting, Form form, const std::string& subject) {
    const auto refuse = [&](const std::string& where, Type type) {
        throw ConfigError(where + subject + ": must be " + wanted_by(form) + ", not " +
                          name_of(type));
    };
    if (setting.is_array && form != Form::list) refuse(setting.where, Type::array);
    std::vector<std::string> texts;
    for (const Written& value : setting.values) {
        if (!accepts(form, value.type)) refuse(value.where, value.type);
        if (value.text.find('\0') != std::string::npos) {
            throw ConfigError(value.where + subject + ": a zero byte ends a text for the system");
        }
        texts.push_back(value.text);
    }
    return texts;
}

}  // namespace curfew::master
