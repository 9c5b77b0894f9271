#include "url.h"

#include <cstddef>

namespace curfew {

namespace {

constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The octet of the escape that begins at `text[at]`; 0 if it is malformed or stands for NUL.
constexpr char escaped_octet(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 3) return 0;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return 0;
    return static_cast<char>(high * 16 + low);
}

std::optional<std::string> decode(std::string_view text, char plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? plus : text[i];
            continue;
        }
        const char octet = escaped_octet(text, i);
        if (octet == 0) return std::nullopt;
        out += octet;
        i += 2;
    }
    return out;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, '+'); }

std::optional<std::string> form_decode(std::string_view text) { return decode(text, ' '); }

bool is_percent_encoded(std::string_view text) noexcept {
    for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
        if (escaped_octet(text, at) == 0) return false;
    }
    return true;
}

}  // namespace curfew
