#pragma once

#include "handlers/base/deadline.h"
#include "master/config/option.h"

#include <cstddef>
#include <deque>
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
    std::string placeholder;
    void (*check)(const std::string&) = nullptr;
};

/// One of a few words, each of which stands for a value.
template <class T>
using Choice = std::vector<std::pair<std::string, T>>;

/// Every option there is. Each stores its value through a reference, which the caller keeps alive.
/// Calling the table declares an option: its flags, where its value lives, what it accepts, its
/// help; the range and the words it accepts are added to the help.
class OptionTable {
  public:
    /// The heading of the options declared from here on, and the table of the file that they stand
    /// in. Their flags begin with its name: --db-address is `address` in `[db]`.
    void group(std::string title, std::string table = {}) {
        group_ = std::move(title);
        table_ = std::move(table);
    }

    Option& operator()(std::string flags, std::string& target, Text text, std::string help);
    Option& operator()(std::string flags, std::vector<std::string>& target, Text text,
                       std::string help);
    Option& operator()(std::string flags, int& target, Count range, std::string help);
    Option& operator()(std::string flags, std::size_t& target, Count range, std::string help);
    Option& operator()(std::string flags, std::size_t& target, Size range, std::string help);
    Option& operator()(std::string flags, Duration& target, Span range, std::string help);

    template <class T>
    Option& operator()(std::string flags, T& target, Choice<T> choice, std::string help) {
        std::vector<std::string> words;
        for (const auto& [word, value] : choice) words.push_back(word);
        const auto take = [&target, choice, words](const auto& texts, bool keep) {
            const T& value = choice[index_of(texts.back(), words)].second;
            if (keep) target = value;
        };
        const auto show = [&target, choice] {
            std::vector<std::string> shown;
            for (const auto& [word, value] : choice) {
                if (value == target) shown.push_back(word);
            }
            return shown;
        };
        return add_choice(std::move(flags), words, std::move(help), take, show);
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

  private:
    Option& add(std::string flags, Form form, std::string placeholder, std::string help,
                Option::Take take, Option::Show show);
    Option& add_choice(std::string flags, const std::vector<std::string>& words, std::string help,
                       Option::Take take, Option::Show show);
    static std::size_t index_of(const std::string& text, const std::vector<std::string>& words);

    std::string group_;
    std::string table_;
    std::deque<Option> options_;  // a deque: references to its elements stay valid
};

/// `text` within `range`; else std::invalid_argument. For values outside of the table too.
[[nodiscard]] Duration parse_within(const std::string& text, const Span& range);

}  // namespace curfew::master
