#include "master/documents/manual_page.h"

#include "master/config/action.h"
#include "master/config/text.h"

#include <stdexcept>
#include <string_view>

namespace curfew::master {

namespace {

/// What roff would take for more than text.
std::string escaped(std::string_view text) {
    std::string roff;
    for (const char c : text) {
        if (c == '\\') {
            roff += "\\e";
        } else if (c == '"') {
            roff += "\\(dq";
        } else {
            roff += c;
        }
    }
    return roff.starts_with('.') || roff.starts_with('\'') ? "\\&" + roff : roff;
}

/// Each sentence on a line of its own, so that roff sees where it ends.
std::string sentences(std::string_view marked) {
    const std::string plain = without_marks(marked);
    std::string_view text = plain;
    std::string lines;
    while (!text.empty()) {
        const std::size_t stop = text.find(". ");
        lines += escaped(text.substr(0, stop == text.npos ? stop : stop + 1)) + "\n";
        text.remove_prefix(stop == text.npos ? text.size() : stop + 2);
    }
    return lines;
}

/// "-t,--timeout" → "Fl t , Fl -timeout"
std::string flags_in_mdoc(std::string_view flags) {
    std::vector<std::string> parts = split(flags, ',');
    for (std::string& part : parts) part = "Fl " + part.substr(1);
    return joined(parts, " , ");
}

std::string item(std::string_view flags, std::string_view help) {
    return ".It " + flags_in_mdoc(flags) + "\n" + sentences(std::string(help) + ".");
}

/// What it is and what it accepts.
std::string meaning(const Option& option) {
    const std::string text = sentences(std::string(option.help) + ".") + sentences(option.details);
    if (option.accepted().empty()) return text;
    return text + (option.is_word() ? "One of " : "Range: ") + option.accepted() + ".\n";
}

std::string item(const Option& option) {
    const std::string text = ".It " + flags_in_mdoc(option.flags()) + " Ar " +
                             std::string(option.placeholder()) + "\n" + meaning(option);
    const std::string value = joined(option.shown(), ",");
    return value.empty() ? text : text + "Default: " + escaped(value) + ".\n";
}

/// The page with `part` in place of the line that marks where it belongs.
std::string with_line_replaced(const std::string& page, const std::string& line,
                               const std::string& part) {
    const std::size_t at = page.find(line);
    if (at == page.npos) throw std::runtime_error("the manual page has no line " + line);
    return page.substr(0, at) + part + page.substr(at + line.size());
}

std::string heading(const Group& group) {
    return ".Ss " + std::string(group.title) + "\n" + sentences(group.about) +
           ".Bl -tag -width Ds\n";
}

}  // namespace

std::string manual_options(const OptionTable& table) {
    std::string text;
    std::string_view group;
    for (const Option& option : table) {
        if (option.group.title != group) {
            if (!group.empty()) text += ".El\n";
            text += heading(option.group);
            group = option.group.title;
        }
        text += item(option);
    }
    text += ".El\n" + heading({"Instead of serving"});
    for (const ActionFlag& action : action_flags) text += item(action.flags, action.help);
    return text + ".El\n";
}

std::string manual_route_keys(const OptionTable& keys) {
    std::string text = ".Bl -tag -width Ds\n";
    for (const Option& key : keys) text += ".It Ql " + key.key() + "\n" + meaning(key);
    return text + ".El\n";
}

std::string manual_page(const std::string& page, const OptionTable& table,
                        const OptionTable& route_keys) {
    const std::string with_options =
        with_line_replaced(page, ".\\\" OPTIONS\n", manual_options(table));
    return with_line_replaced(with_options, ".\\\" ROUTE KEYS\n", manual_route_keys(route_keys));
}

}  // namespace curfew::master
