#include "headers.h"

#include "../base/trimmed.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace curfew {

namespace {

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr std::array<bool, 256> make_token_table() noexcept {
    constexpr std::string_view token_characters =
        "!#$%&'*+-.^_`|~0123456789"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::array<bool, 256> table{};
    for (const char c : token_characters) table[static_cast<unsigned char>(c)] = true;
    return table;
}

constexpr auto token_table = make_token_table();

Headers::Entry checked_entry(std::string_view name, std::string_view value) {
    // The text itself stays out of the messages: it may be what an attacker sent.
    if (!is_token(name)) throw std::invalid_argument("header: the name is not a token");
    if (!is_field_value(value)) {
        throw std::invalid_argument("header: control character in the value of " +
                                    std::string(name));
    }
    return {std::string(name), std::string(value)};
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return to_lower(x) == to_lower(y);
           });
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return token_table[static_cast<unsigned char>(c)];
    });
}

bool is_field_value(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return c == '\t' || (octet >= 0x20 && octet != 0x7f);
    });
}

bool list_contains(std::string_view value, std::string_view member) noexcept {
    while (true) {
        const auto comma = value.find(',');
        const auto element = trimmed(value.substr(0, comma));
        if (!element.empty() && equals_ignoring_case(element, member)) return true;
        if (comma == std::string_view::npos) return false;
        value.remove_prefix(comma + 1);
    }
}

void Headers::add(std::string_view name, std::string_view value) {
    entries_.push_back(checked_entry(name, value));
}

void Headers::set(std::string_view name, std::string_view value) {
    Entry entry = checked_entry(name, value);
    remove(entry.name);
    entries_.push_back(std::move(entry));
}

void Headers::remove(std::string_view name) {
    std::erase_if(entries_,
                  [name](const Entry& entry) { return equals_ignoring_case(entry.name, name); });
}

const std::string* Headers::find(std::string_view name) const noexcept {
    for (const auto& entry : entries_) {
        if (equals_ignoring_case(entry.name, name)) return &entry.value;
    }
    return nullptr;
}

}  // namespace curfew
