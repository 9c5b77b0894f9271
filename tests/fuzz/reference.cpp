#include "reference.h"

#include <algorithm>
#include <cstdint>
#include <regex>

namespace curfew::fuzz {

namespace {

// The grammar as regular expressions, named as in the RFCs.
const std::string token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const std::string pct_encoded = "%[0-9A-Fa-f]{2}";
const std::string unreserved_or_sub_delim = "[A-Za-z0-9._~!$&'()*+,;=-]";
const std::string pchar = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|" + pct_encoded + ")";
const std::string h16 = "[0-9A-Fa-f]{1,4}";
const std::string dec_octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const std::string ipv4 = "(?:" + dec_octet + "\\.){3}" + dec_octet;
const std::string ls32 = "(?:" + h16 + ":" + h16 + "|" + ipv4 + ")";
const std::string ipv6 =
    "(?:(?:" + h16 + ":){6}" + ls32 +                  //
    "|::(?:" + h16 + ":){5}" + ls32 +                  //
    "|(?:" + h16 + ")?::(?:" + h16 + ":){4}" + ls32 +  //
    "|(?:(?:" + h16 + ":){0,1}" + h16 + ")?::(?:" + h16 + ":){3}" + ls32 + "|(?:(?:" + h16 +
    ":){0,2}" + h16 + ")?::(?:" + h16 + ":){2}" + ls32 + "|(?:(?:" + h16 + ":){0,3}" + h16 +
    ")?::" + h16 + ":" + ls32 + "|(?:(?:" + h16 + ":){0,4}" + h16 + ")?::" + ls32 +
    "|(?:(?:" + h16 + ":){0,5}" + h16 + ")?::" + h16 + "|(?:(?:" + h16 + ":){0,6}" + h16 + ")?::)";
const std::string reg_name = "(?:" + unreserved_or_sub_delim + "|" + pct_encoded + ")+";
const std::string host_and_port = "(?:\\[" + ipv6 + "\\]|" + reg_name + ")(?::[0-9]*)?";
// And what browsers leave as it is.
const std::string path = "(?:/(?:" + pchar + "|[\\[\\]|])*)+";
const std::string query = "(?:\\?(?:" + pchar + "|[/?\\[\\]%|{}^`])*)?";
const std::string quoted_string = "\"(?:[\t !#-\\[\\]-~\x80-\xff]|\\\\[\t -~\x80-\xff])*\"";
const std::string chunk_ext =
    "(?:[ \t]*;[ \t]*" + token + "(?:[ \t]*=[ \t]*(?:" + token + "|" + quoted_string + "))?)*";
const std::string origin_form = path + query;
const std::string absolute_form =
    "[Hh][Tt][Tt][Pp][Ss]?://" + host_and_port + "(?:" + path + ")?" + query;

constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
bool matches(std::string_view text, const std::regex& pattern) {
    return std::regex_match(text.begin(), text.end(), pattern);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
}

std::string_view strip(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return c != '\t' && (octet < 0x20 || octet == 0x7f);
    });
}

/// How many characters at the front are of that set.
std::size_t count(std::string_view text, std::string_view set) {
    return std::min(text.find_first_not_of(set), text.size());
}

/// Of a chunk's first line (RFC 9112 section 7.1).
std::optional<std::uint64_t> chunk_size(std::string_view line) {
    const auto length = count(line, hex_digits);
    auto digits = std::string(line.substr(0, length));
    digits.erase(0, count(digits, "0"));
    if (length == 0 || digits.size() > 8) return {};
    line.remove_prefix(length);
    static const std::regex extensions(chunk_ext, std::regex::optimize);
    if (line.size() > 9000 || !matches(line, extensions)) return {};
    return digits.empty() ? 0 : std::stoull(digits, nullptr, 16);
}

/// Walks over the input; every step may fail.
class Reader {
  public:
    explicit Reader(std::string_view input) : input_(input) {}

    [[nodiscard]] std::size_t position() const { return at_; }

    /// The line up to the next CRLF, which holds no CR, LF or NUL itself.
    std::optional<std::string_view> line() {
        const auto end = input_.find("\r\n", at_);
        if (end == std::string_view::npos) return {};
        const auto text = input_.substr(at_, end - at_);
        for (const char c : text) {
            if (c == '\r' || c == '\n' || c == '\0') return {};
        }
        at_ = end + 2;
        return text;
    }

    std::optional<std::string_view> bytes(std::uint64_t count) {
        if (count > input_.size() - at_) return {};
        const auto text = input_.substr(at_, static_cast<std::size_t>(count));
        at_ += text.size();
        return text;
    }

    /// Field lines up to the empty one.
    bool fields(std::vector<std::pair<std::string, std::string>>& out) {
        while (true) {
            const auto text = line();
            if (!text) return false;
            if (text->empty()) return true;
            const auto colon = text->find(':');
            if (colon == std::string_view::npos) return false;
            static const std::regex name(token);
            if (!matches(text->substr(0, colon), name)) return false;
            const auto value = strip(text->substr(colon + 1));
            if (has_control(value)) return false;
            out.emplace_back(text->substr(0, colon), value);
        }
    }

    bool chunks(std::string& body) {
        while (true) {
            const auto text = line();
            if (!text) return false;
            const auto size = chunk_size(*text);
            if (!size) return false;
            if (*size == 0) break;
            const auto data = bytes(*size);
            const auto end = data ? bytes(2) : std::nullopt;
            if (!end || *end != "\r\n") return false;
            body.append(*data);
        }
        std::vector<std::pair<std::string, std::string>> trailers;
        return fields(trailers);
    }

  private:
    std::string_view input_;
    std::size_t at_ = 0;
};

/// Every value of a name, in order.
std::vector<std::string> values(const ReferenceRequest& request, std::string_view name) {
    std::vector<std::string> all;
    for (const auto& [key, value] : request.fields) {
        if (lower(key) == name) all.push_back(value);
    }
    return all;
}

bool connection_has(const ReferenceRequest& request, std::string_view option) {
    for (const auto& value : values(request, "connection")) {
        std::string_view rest = value;
        while (true) {
            const auto comma = rest.find(',');
            if (lower(strip(rest.substr(0, comma))) == option) return true;
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    }
    return false;
}

bool valid_target(const std::string& method, const std::string& target) {
    static const std::regex origin(origin_form, std::regex::optimize);
    static const std::regex absolute(absolute_form, std::regex::optimize);
    if (target.size() > 2000) return false;
    if (target == "*") return method == "OPTIONS";
    return method != "CONNECT" && (matches(target, origin) || matches(target, absolute));
}

bool read_request_line(std::string_view line, ReferenceRequest& request) {
    static const std::regex pattern("(" + token + ") ([^ ]+) HTTP/1\\.([01])");
    std::cmatch match;
    if (!std::regex_match(line.data(), line.data() + line.size(), match, pattern)) return false;
    request.method = match.str(1);
    request.target = match.str(2);
    request.http_1_1 = match.str(3) == "1";
    return valid_target(request.method, request.target);
}

bool valid_host(const ReferenceRequest& request) {
    static const std::regex pattern(host_and_port, std::regex::optimize);
    const auto hosts = values(request, "host");
    if (hosts.size() > 1 || (hosts.empty() && request.http_1_1)) return false;
    return hosts.empty() || (hosts[0].size() < 2000 && matches(hosts[0], pattern));
}

/// RFC 9112 section 3.2.2: the authority of an absolute-form target goes before the Host field.
void heed_authority(ReferenceRequest& request) {
    static const std::regex pattern("[a-zA-Z]+://([^/?]+).*");
    std::smatch match;
    if (!std::regex_match(request.target, match, pattern)) return;
    for (auto& [name, value] : request.fields) {
        if (lower(name) != "host") continue;
        value = match.str(1);
        return;
    }
    request.fields.emplace_back("Host", match.str(1));
}

bool read_body(Reader& reader, ReferenceRequest& request) {
    const auto codings = values(request, "transfer-encoding");
    const auto lengths = values(request, "content-length");
    if (!codings.empty()) {
        return codings.size() == 1 && lower(codings[0]) == "chunked" && lengths.empty() &&
               request.http_1_1 && reader.chunks(request.body);
    }
    if (lengths.empty()) return true;
    static const std::regex digits("[0-9]+");
    if (lengths.size() > 1 || !matches(lengths[0], digits)) return false;
    auto number = lengths[0];
    number.erase(0, count(number, "0"));
    if (number.size() > 9) return false;
    const auto body = reader.bytes(number.empty() ? 0 : std::stoull(number));
    if (body) request.body = *body;
    return body.has_value();
}

}  // namespace

std::optional<ReferenceRequest> read_reference(std::string_view input) {
    Reader reader(input);
    ReferenceRequest request;

    auto line = reader.line();
    for (int empty = 0; line && line->empty() && empty < 4; ++empty) line = reader.line();
    if (!line || !read_request_line(*line, request)) return {};
    if (!reader.fields(request.fields) || !valid_host(request)) return {};
    for (const auto& expectation : values(request, "expect")) {
        if (lower(expectation) != "100-continue") return {};
    }
    if (!read_body(reader, request)) return {};
    heed_authority(request);

    request.keep_alive = !connection_has(request, "close") &&
                         (request.http_1_1 || connection_has(request, "keep-alive"));
    request.size = reader.position();
    return request;
}

}  // namespace curfew::fuzz
