#include "worker/http/request_line.h"

#include "handlers/http/headers.h"
#include "handlers/http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace curfew::worker {

namespace {

/// A set of octets, looked up in one step.
class CharSet {
  public:
    constexpr explicit CharSet(std::string_view extra) noexcept {
        for (int c = 'a'; c <= 'z'; ++c) in_[static_cast<unsigned>(c)] = true;
        for (int c = 'A'; c <= 'Z'; ++c) in_[static_cast<unsigned>(c)] = true;
        for (int c = '0'; c <= '9'; ++c) in_[static_cast<unsigned>(c)] = true;
        for (const char c : extra) in_[static_cast<unsigned char>(c)] = true;
    }

    [[nodiscard]] bool contains_all(std::string_view text) const noexcept {
        return std::all_of(text.begin(), text.end(),
                           [this](char c) { return in_[static_cast<unsigned char>(c)]; });
    }

  private:
    std::array<bool, 256> in_{};
};

// RFC 3986 appendix A: unreserved, sub-delims and what the part itself adds. Then what browsers
// send as it is, because it is in none of the percent-encode sets of the WHATWG's URL standard.
constexpr CharSet path_chars(
    "-._~!$&'()*+,;=:@/%"
    "[]|");
constexpr CharSet query_chars(
    "-._~!$&'()*+,;=:@/%?"
    "[]|{}^`");
constexpr CharSet reg_name_chars("-._~!$&'()*+,;=%");

/// Of the IP literals only IPv6 addresses: a future version has yet to come.
bool is_ipv6(std::string_view text) noexcept {
    char terminated[INET6_ADDRSTRLEN] = {};
    if (text.size() >= sizeof terminated) return false;
    text.copy(terminated, text.size());
    in6_addr ignored;
    return ::inet_pton(AF_INET6, terminated, &ignored) == 1;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

Refusal read_version(std::string_view version, RequestLine& result) noexcept {
    result.http_1_1 = version == "HTTP/1.1";
    if (result.http_1_1 || version == "HTTP/1.0") return {};
    const bool other = version.size() == 8 && version.starts_with("HTTP/") &&
                       is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
    return other ? Refusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"}
                 : Refusal{400, "the request line has no HTTP version"};
}

Refusal read_target(RequestLine& line) noexcept {
    auto rest = line.target;
    if (rest == "*") {
        line.path = rest;
        return line.method == "OPTIONS" ? Refusal{} : Refusal{400, "the target * is for OPTIONS"};
    }

    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equals_ignoring_case(rest.substr(0, scheme.size()), scheme)) continue;
        rest.remove_prefix(scheme.size());
        line.authority = rest.substr(0, rest.find_first_of("/?"));
        if (!is_host(line.authority)) return {400, "the target's authority is malformed"};
        rest.remove_prefix(line.authority.size());
        break;
    }
    if (line.authority.empty() && !rest.starts_with('/')) {
        return {400, "the target is neither a path nor an http URI"};
    }

    const auto question = rest.find('?');
    line.path = rest.substr(0, question);
    if (question != std::string_view::npos) line.query = rest.substr(question + 1);
    if (!path_chars.contains_all(line.path) || !query_chars.contains_all(line.query)) {
        return {400, "the target holds a character that must be percent-encoded"};
    }
    if (line.path.empty()) {
        // RFC 9112 section 3.2.4: OPTIONS of an authority alone is OPTIONS *.
        line.path = line.method == "OPTIONS" && question == std::string_view::npos ? "*" : "/";
    }
    if (!is_percent_encoded(line.path)) return {400, "the target's percent-encoding is malformed"};
    return {};
}

}  // namespace

bool is_host(std::string_view host) noexcept {
    std::string_view port;
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        if (end == std::string_view::npos || !is_ipv6(host.substr(1, end - 1))) return false;
        port = host.substr(end + 1);
    } else {
        const auto colon = host.find(':');
        const auto name = host.substr(0, colon);
        if (name.empty() || !reg_name_chars.contains_all(name) || !is_percent_encoded(name)) {
            return false;
        }
        if (colon != std::string_view::npos) port = host.substr(colon);
    }
    if (port.empty()) return true;
    return port.starts_with(':') && port.size() <= 6 &&
           std::all_of(port.begin() + 1, port.end(), is_digit);
}

Refusal read_request_line(std::string_view line, RequestLine& result) noexcept {
    result = {};
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return {400, "the request line is not: method, target, version"};
    }
    result.method = line.substr(0, first);
    result.target = line.substr(first + 1, last - first - 1);
    if (!is_token(result.method)) return {400, "the method is not a token"};
    if (const auto refusal = read_version(line.substr(last + 1), result)) return refusal;
    if (result.target.empty() || result.target.find(' ') != std::string_view::npos) {
        return {400, "the request line has more than single spaces between its parts"};
    }
    if (result.method == "CONNECT") return {501, "CONNECT is not implemented"};
    return read_target(result);
}

}  // namespace curfew::worker
