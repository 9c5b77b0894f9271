#include "master/stacks/short_name.h"

#include <algorithm>
#include <utility>

namespace curfew::master {

namespace {

/// Longer lists of template arguments and of parameters are left out.
constexpr std::size_t longest_arguments = 32;
constexpr std::size_t longest_parameters = 60;

/// The order matters: later entries match the results of earlier ones.
constexpr std::pair<std::string_view, std::string_view> abbreviations[] = {
    {"(anonymous namespace)::", ""},
    {"[abi:cxx11]", ""},
    {"std::__cxx11::", "std::"},
    {"std::char_traits<char>, std::allocator<char> >", "std::char_traits<char> >"},
    {"std::basic_string<char, std::char_traits<char> >", "std::string"},
    {"std::basic_string_view<char, std::char_traits<char> >", "std::string_view"},
    {"{lambda(curfew::Request const&)#", "{lambda#"},
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// Where the bracket at `open` is closed; npos: nowhere. "->" and operators are no brackets.
std::size_t end_of(std::string_view text, std::size_t open, char opens, char closes) {
    int depth = 0;
    for (auto i = open; i < text.size(); ++i) {
        if (text[i] == opens) ++depth;
        if (text[i] != closes || (i > 0 && text[i - 1] == '-')) continue;
        if (--depth == 0) return i;
    }
    return text.npos;
}

bool is_operator(std::string_view text, std::size_t at) {
    return text.substr(0, at).ends_with("operator") || text.substr(0, at).ends_with("operator<");
}

void shorten_arguments(std::string& name) {
    for (auto open = name.find('<'); open != name.npos; open = name.find('<', open + 1)) {
        if (is_operator(name, open)) continue;
        const auto close = end_of(name, open, '<', '>');
        if (close == name.npos) return;
        if (close - open > longest_arguments) name.replace(open, close - open + 1, "<...>");
    }
}

/// Where the last list of parameters begins; npos: there is none.
std::size_t parameters_of(std::string_view name) {
    const auto close = name.rfind(')');
    int depth = 0;
    for (auto i = close; i != name.npos; --i) {
        if (name[i] == ')') ++depth;
        if (name[i] == '(' && --depth == 0)
            return name.substr(0, i).ends_with("operator") ? name.npos : i;
        if (i == 0) break;
    }
    return name.npos;
}

}  // namespace

std::string short_name(std::string_view function) {
    std::string name(function);
    for (const auto& [from, to] : abbreviations) replace_all(name, from, to);
    shorten_arguments(name);
    const auto open = parameters_of(name);
    if (open == name.npos) return name;
    const auto close = name.rfind(')');
    if (close - open > longest_parameters) name.replace(open + 1, close - open - 1, "...");
    return name;
}

std::string bare_name(std::string_view function) {
    auto name = short_name(function);
    if (const auto open = parameters_of(name); open != name.npos) name.resize(open);
    // A template's name begins with the type that it returns.
    if (const auto space = name.rfind(' '); space != name.npos && name.find('{') == name.npos) {
        name.erase(0, space + 1);
    }
    return name;
}

}  // namespace curfew::master
