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

}  // namespace

Option& OptionTable::operator()(std::string_view flags, std::string& target, const Text& text,
                                std::string_view help, std::string_view details) {
    const auto take = [&target, check = text.check](const auto& texts, bool keep) {
        if (check != nullptr) check(texts.back());
        if (keep) target = texts.back();
    };
    const auto show = [&target] { return std::vector{target}; };
    return (*this)({flags, Form::text, text.placeholder, {}, take, show}, help, details);
}

Option& OptionTable::operator()(std::string_view flags, std::vector<std::string>& target,
                                const Text& text, std::string_view help, std::string_view details) {
    const auto take = [&target, check = text.check](const auto& texts, bool keep) {
        if (texts.empty()) throw std::invalid_argument("must not be empty");
        if (check != nullptr) std::ranges::for_each(texts, check);
        if (keep) target = texts;
    };
    const auto show = [&target] { return target; };
    return (*this)({flags, Form::list, text.placeholder, {}, take, show}, help, details);
}

Option& OptionTable::operator()(std::string_view flags, int& target, const Count& range,
                                std::string_view help, std::string_view details) {
    return (*this)({flags, Form::count, "N", described(range, format_count),
                    take_count(target, range), show_count(target)},
                   help, details);
}

Option& OptionTable::operator()(std::string_view flags, std::size_t& target, const Count& range,
                                std::string_view help, std::string_view details) {
    return (*this)({flags, Form::count, "N", described(range, format_count),
                    take_count(target, range), show_count(target)},
                   help, details);
}

Option& OptionTable::operator()(std::string_view flags, std::size_t& target, const Size& range,
                                std::string_view help, std::string_view details) {
    const auto take = [&target, range](const auto& texts, bool keep) {
        const std::size_t size = within(range, parse_size(texts.back()), format_size);
        if (keep) target = size;
    };
    const auto show = [&target] { return std::vector{format_size(target)}; };
    return (*this)({flags, Form::size, "SIZE", described(range, format_size), take, show}, help,
                   details);
}

Option& OptionTable::operator()(std::string_view flags, Duration& target, const Span& range,
                                std::string_view help, std::string_view details) {
    const auto take = [&target, range](const auto& texts, bool keep) {
        const Duration duration = parse_within(texts.back(), range);
        if (keep) target = duration;
    };
    const auto show = [&target] { return std::vector{format_duration(target)}; };
    return (*this)({flags, Form::duration, "TIME", in_words(range), take, show}, help, details);
}

Option& OptionTable::operator()(std::string_view flags, std::optional<Duration>& target,
                                const Span& range, std::string_view help,
                                std::string_view details) {
    const auto take = [&target, range](const auto& texts, bool keep) {
        const Duration duration = parse_within(texts.back(), range);
        if (keep) target = duration;
    };
    const auto show = [&target] {
        return target ? std::vector{format_duration(*target)} : std::vector<std::string>();
    };
    return (*this)({flags, Form::duration, "TIME", in_words(range), take, show}, help, details);
}

Option& OptionTable::add_choice(std::string_view flags, const std::vector<std::string>& words,
                                Option::Take take, Option::Show show, std::string_view help,
                                std::string_view details) {
    return (*this)(
        {flags, Form::word, "WORD", joined(words, ", "), std::move(take), std::move(show)}, help,
        details);
}

std::size_t index_of_word(const std::string& text, const std::vector<std::string>& words) {
    const auto found = std::ranges::find_if(
        words, [&](const std::string& word) { return equals_ignoring_case(word, text); });
    if (found == words.end()) {
        throw std::invalid_argument(in_quotes(text) + " is not one of " + joined(words, ", "));
    }
    return static_cast<std::size_t>(found - words.begin());
}

Option& OptionTable::operator()(Option option, std::string_view help, std::string_view details) {
    option.help = help;
    option.details = details;
    option.group = group_;
    return options_.emplace_back(std::move(option));
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
    return !name.empty() && std::ranges::any_of(options_, [name](const Option& option) {
        return option.group.table == name;
    });
}

const Option& OptionTable::at(std::string_view key) const {
    const auto found = std::ranges::find(options_, key, &Option::key);
    if (found == options_.end()) throw std::out_of_range("no option " + std::string(key));
    return *found;
}

Option& OptionTable::at(std::string_view key) {
    return const_cast<Option&>(std::as_const(*this).at(key));
}

std::string in_words(const Span& range) { return described(range, format_duration); }

Duration parse_within(const std::string& text, const Span& range) {
    return within(range, parse_duration(text), format_duration);
}

}  // namespace curfew::master
