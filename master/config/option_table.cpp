#include "master/config/option_table.h"

#include "handlers/http/headers.h"
#include "master/config/text.h"
#include "master/config/units.h"

#include <algorithm>
#include <stdexcept>

namespace curfew::master {

namespace {

/// "0, or 10ms to 24h"
template <class Value, class Format>
std::string described(const Range<Value>& range, Format format) {
    return (range.or_zero ? "0, or " : "") + format(range.least) + " to " + format(range.most);
}

template <class Value, class Parsed, class Format>
Value within(const Range<Value>& range, Parsed parsed, Format format) {
    const bool fits = (range.or_zero && parsed == Parsed{}) ||
                      (parsed >= Parsed{range.least} && parsed <= Parsed{range.most});
    if (fits) return static_cast<Value>(parsed);
    throw std::invalid_argument(format(parsed) + " is out of range: " + described(range, format));
}

template <class Target>
Option::Take take_count(Target& target, const Count& range) {
    return [&target, range](const auto& texts, bool keep) {
        const int count = within(range, parse_count(texts.back()), format_count);
        if (keep) target = static_cast<Target>(count);
    };
}

template <class Target>
Option::Show show_count(const Target& target) {
    return [&target] {
        return std::vector<std::string>{format_count(static_cast<std::int64_t>(target))};
    };
}

std::string with_range(const std::string& help, const std::string& range) {
    return help + " (" + range + ")";
}

}  // namespace

Option& OptionTable::operator()(std::string flags, std::string& target, Text text,
                                std::string help) {
    const auto take = [&target, check = text.check](const auto& texts, bool keep) {
        if (check != nullptr) check(texts.back());
        if (keep) target = texts.back();
    };
    const auto show = [&target] { return std::vector{target}; };
    return add(std::move(flags), Form::text, text.placeholder, std::move(help), take, show);
}

Option& OptionTable::operator()(std::string flags, std::vector<std::string>& target, Text text,
                                std::string help) {
    const auto take = [&target, check = text.check](const auto& texts, bool keep) {
        if (texts.empty()) throw std::invalid_argument("must not be empty");
        if (check != nullptr) std::ranges::for_each(texts, check);
        if (keep) target = texts;
    };
    const auto show = [&target] { return target; };
    return add(std::move(flags), Form::list, text.placeholder, std::move(help), take, show);
}

Option& OptionTable::operator()(std::string flags, int& target, Count range, std::string help) {
    return add(std::move(flags), Form::count, "N", with_range(help, described(range, format_count)),
               take_count(target, range), show_count(target));
}

Option& OptionTable::operator()(std::string flags, std::size_t& target, Count range,
                                std::string help) {
    return add(std::move(flags), Form::count, "N", with_range(help, described(range, format_count)),
               take_count(target, range), show_count(target));
}

Option& OptionTable::operator()(std::string flags, std::size_t& target, Size range,
                                std::string help) {
    const auto take = [&target, range](const auto& texts, bool keep) {
        const std::size_t size = within(range, parse_size(texts.back()), format_size);
        if (keep) target = size;
    };
    const auto show = [&target] { return std::vector{format_size(target)}; };
    return add(std::move(flags), Form::size, "SIZE",
               with_range(help, described(range, format_size)), take, show);
}

Option& OptionTable::operator()(std::string flags, Duration& target, Span range, std::string help) {
    const auto take = [&target, range](const auto& texts, bool keep) {
        const Duration duration = parse_within(texts.back(), range);
        if (keep) target = duration;
    };
    const auto show = [&target] { return std::vector{format_duration(target)}; };
    return add(std::move(flags), Form::duration, "TIME",
               with_range(help, described(range, format_duration)), take, show);
}

Option& OptionTable::add_choice(std::string flags, const std::vector<std::string>& words,
                                std::string help, Option::Take take, Option::Show show) {
    return add(std::move(flags), Form::text, "WORD", with_range(help, joined(words, ", ")),
               std::move(take), std::move(show));
}

std::size_t OptionTable::index_of(const std::string& text, const std::vector<std::string>& words) {
    const auto found = std::ranges::find_if(
        words, [&](const std::string& word) { return equals_ignoring_case(word, text); });
    if (found == words.end()) {
        throw std::invalid_argument(in_quotes(text) + " is not one of " + joined(words, ", "));
    }
    return static_cast<std::size_t>(found - words.begin());
}

Option& OptionTable::add(std::string flags, Form form, std::string placeholder, std::string help,
                         Option::Take take, Option::Show show) {
    Option& option = options_.emplace_back(std::move(flags), form, std::move(placeholder),
                                           std::move(help), std::move(take), std::move(show));
    option.group = group_;
    option.table = table_;
    return option;
}

Option* OptionTable::find(std::string_view key) {
    const auto found = std::ranges::find(options_, key, &Option::key);
    return found == options_.end() ? nullptr : &*found;
}

Option* OptionTable::find_path(std::string_view path) {
    const auto found = std::ranges::find(options_, path, &Option::path);
    return found == options_.end() ? nullptr : &*found;
}

bool OptionTable::has_table(std::string_view name) const {
    return !name.empty() && std::ranges::find(options_, name, &Option::table) != options_.end();
}

Option& OptionTable::at(std::string_view key) {
    Option* const option = find(key);
    if (option == nullptr) throw std::out_of_range("no option " + std::string(key));
    return *option;
}

Duration parse_within(const std::string& text, const Span& range) {
    return within(range, parse_duration(text), format_duration);
}

}  // namespace curfew::master
