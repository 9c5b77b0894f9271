#include "json.h"

#include <array>
#include <cstddef>
#include <cstdio>

namespace demo {

namespace {

unsigned char octet(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// How many octets the well-formed UTF-8 character at the beginning of `text` has; 0 if there is
/// none (RFC 3629 section 4).
std::size_t character_length(std::string_view text) {
    const auto first = octet(text, 0);
    if (first < 0x80) return 1;

    std::size_t length = 0;
    if (first >= 0xc2 && first <= 0xdf) length = 2;
    if (first >= 0xe0 && first <= 0xef) length = 3;
    if (first >= 0xf0 && first <= 0xf4) length = 4;

    for (std::size_t i = 1; i < length; ++i) {
        if ((octet(text, i) & 0xc0) != 0x80) return 0;
    }
    const auto second = octet(text, 1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second > 0x9f;
    const bool too_high = first == 0xf4 && second > 0x8f;
    return overlong || surrogate || too_high ? 0 : length;
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (c >= 0x20) {
        out += c;
        return;
    }
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c) & 0xffU);
    out += escape.data();
}

}  // namespace

std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const auto length = character_length(text);
        if (length == 0) {
            out += "\\ufffd";
        } else if (length == 1) {
            append_ascii(out, text[0]);
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out + '"';
}

std::string json_list(const std::vector<std::string>& strings) {
    std::string out;
    for (const auto& string : strings) {
        if (!out.empty()) out += ", ";
        out += json_string(string);
    }
    return "[" + out + "]";
}

void JsonObject::add(std::string_view name, std::string_view json) {
    if (!members_.empty()) members_ += ", ";
    members_.append(json_string(name)).append(": ").append(json);
}

}  // namespace demo
