#include "upstream.h"

#include "../base/parse_number.h"

#include <stdexcept>
#include <string_view>

namespace curfew {

namespace {

[[noreturn]] void refuse(const std::string& text, const char* why) {
    throw std::invalid_argument('"' + text + "\": " + why);
}

std::uint16_t parse_port(const std::string& text, std::string_view digits) {
    const auto port = parse_number<std::uint16_t>(digits);
    if (!port || *port == 0) refuse(text, "no port from 1 to 65535");
    return *port;
}

}  // namespace

Upstream parse_upstream(const std::string& text) {
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) {
        if (text.size() == unix_prefix.size()) refuse(text, "a path is missing after unix:");
        return {.host = {}, .port = 0, .path = text.substr(unix_prefix.size())};
    }
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) refuse(text, "write HOST:PORT or unix:PATH");
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string::npos) {
        refuse(text, "write an IPv6 address in brackets, [::1]:PORT");
    }
    if (host.empty()) refuse(text, "the host is missing");
    return {.host = host,
            .port = parse_port(text, std::string_view(text).substr(colon + 1)),
            .path = {}};
}

}  // namespace curfew
