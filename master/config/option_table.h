#pragma once

#include "handlers/base/deadline.h"
#include "master/config/option.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew::master {

/// The values an option accepts: from `least` to `most`, and zero too if `or_zero`.
template <class T>
struct Range {
    T least{};
    T most{};
    bool or_zero = false;
};

struct Count : Range<int> {};
struct Size : Range<std::size_t> {};
struct Span : Range<Duration> {};

/// Some text. `placeholder` is what --help calls it; `check` throws std::invalid_argument.
struct Text {
    std::string_view placeholder;
    void (*check)(const std::string&) = nullptr;
};

/// Which of `words` the text is, in any case of letters; else std::invalid_argument.
[[nodiscard]] std::size_t index_of_word(const std::string& text,
                                        const std::vector<std::string>& words);

/// One of a few words, each of which stands for a value.
template <class T>
using Choice = std::vector<std::pair<std::string, T>>;

/// Every option there is. Each stores its value through a reference, which the caller keeps alive.
/// Calling the table declares an option: its flags, where its value lives, what it accepts, its
/// help, and the details that only the manual page has. All texts are literals.
class OptionTable {
  public:
    /// Sets the group of all options that are declared after this call.
    void group(const Group& group) { group_ = group; }

    Option& operator()(std::string_view flags, std::string& target, const Text& text,
                       std::string_view help, std::string_view details = {});
    Option& operator()(std::string_view flags, std::vector<std::string>& target, const Text& text,
                       std::string_view help, std::string_view details = {});
    Option& operator()(std::string_view flags, int& target, const Count& range,
                       std::string_view help, std::string_view details = {});
    Option& operator()(std::string_view flags, std::size_t& target, const Count& range,
                       std::string_view help, std::string_view details = {});
    Option& operator()(std::string_view flags, std::size_t& target, const Size& range,
                       std::string_view help, std::string_view details = {});
    Option& operator()(std::string_view flags, Duration& target, const Span& range,
                       std::string_view help, std::string_view details = {});
    /// A duration that may be absent: then the option shows no value.
    Option& operator()(std::string_view flags, std::optional<Duration>& target, const Span& range,
                       std::string_view help, std::string_view details = {});
    /// An option that brings its own functions to parse and to show its value.
    Option& operator()(Option option, std::string_view help, std::string_view details = {});

    template <class T>
    Option& operator()(std::string_view flags, T& target, const Choice<T>& choice,
                       std::string_view help, std::string_view details = {}) {
        std::vector<std::string> words;
        for (const auto& [word, value] : choice) words.push_back(word);
        const auto take = [&target, choice, words](const auto& texts, bool keep) {
            const T& value = choice[index_of_word(texts.back(), words)].second;
            if (keep) target = value;
        };
        const auto show = [&target, choice] {
            std::vector<std::string> shown;
            for (const auto& [word, value] : choice) {
                if (value == target) shown.push_back(word);
            }
            return shown;
        };
        return add_choice(flags, words, take, show, help, details);
    }

    [[nodiscard]] auto begin() { return options_.begin(); }
    [[nodiscard]] auto end() { return options_.end(); }
    [[nodiscard]] auto begin() const { return options_.begin(); }
    [[nodiscard]] auto end() const { return options_.end(); }

    /// The option of that key; null if there is none.
    [[nodiscard]] Option* find(std::string_view key);
    /// The option that the file calls so, "db.address"; null if there is none.
    [[nodiscard]] Option* find_path(std::string_view path);
    /// Whether options stand in a table of that name.
    [[nodiscard]] bool has_table(std::string_view name) const;
    /// The option of that key, which the caller knows to be there; else std::out_of_range.
    [[nodiscard]] Option& at(std::string_view key);
    [[nodiscard]] const Option& at(std::string_view key) const;

  private:
    Option& add_choice(std::string_view flags, const std::vector<std::string>& words,
                       Option::Take take, Option::Show show, std::string_view help,
                       std::string_view details);

    Group group_;
    std::deque<Option> options_;  // a deque: references to its elements stay valid
};

/// `text` within `range`; else std::invalid_argument.
[[nodiscard]] Duration parse_within(const std::string& text, const Span& range);
/// The range in words: "0, or 10ms to 24h".
[[nodiscard]] std::string in_words(const Span& range);

}  // namespace curfew::master
