#include "worker/access_log/log_format.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <map>
#include <stdexcept>

namespace curfew::worker {

namespace {

using std::chrono::duration_cast;

/// Appends what is printable ASCII as it is, quotes and backslashes with a backslash, and each
/// other octet in the way of `format`.
void append_escaped(std::string& out, std::string_view bytes, std::string_view prefix = "\\x") {
    for (const char c : bytes) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (c >= ' ' && c <= '~') {
            out.push_back(c);
        } else {
            fmt::format_to(std::back_inserter(out), "{}{:02x}", prefix,
                           static_cast<unsigned char>(c));
        }
    }
}

/// JSON has no \x; an octet that is not ASCII stands for the character of that number.
void append_json_string(std::string& out, std::string_view bytes) {
    out.push_back('"');
    append_escaped(out, bytes, "\\u00");
    out.push_back('"');
}

/// Nothing is a dash, as in the common log format.
void append_or_dash(std::string& out, std::string_view text) {
    if (text.empty()) {
        out.push_back('-');
    } else {
        append_escaped(out, text);
    }
}

tm local_time() {
    const std::time_t now = std::time(nullptr);
    tm local{};
    ::localtime_r(&now, &local);
    return local;
}

/// "+0130"
void append_zone(std::string& out, const tm& time) {
    const auto minutes = time.tm_gmtoff / 60;
    fmt::format_to(std::back_inserter(out), "{}{:02}{:02}", minutes < 0 ? '-' : '+',
                   std::abs(minutes) / 60, std::abs(minutes) % 60);
}

/// As the common log format has it: "[29/Feb/2024:23:59:59 +0100]". Not by strftime, which writes
/// months in the language of a locale that the application may have set.
void append_common_time(std::string& out) {
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto time = local_time();
    fmt::format_to(std::back_inserter(out), "[{:02}/{}/{}:{:02}:{:02}:{:02} ", time.tm_mday,
                   months[static_cast<std::size_t>(time.tm_mon)], time.tm_year + 1900, time.tm_hour,
                   time.tm_min, time.tm_sec);
    append_zone(out, time);
    out.push_back(']');
}

/// "2024-02-29T23:59:59+0100"
void append_iso_time(std::string& out) {
    const auto time = local_time();
    fmt::format_to(std::back_inserter(out), "{}-{:02}-{:02}T{:02}:{:02}:{:02}", time.tm_year + 1900,
                   time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
    append_zone(out, time);
}

std::string_view host_of(std::string_view peer) {
    if (peer.starts_with('[')) return peer.substr(1, peer.find(']') - 1);
    return peer.substr(0, peer.find(':'));
}

std::string_view method_of(std::string_view request_line) {
    return request_line.substr(0, request_line.find(' '));
}

std::string_view target_of(std::string_view request_line) {
    const auto first = request_line.find(' ');
    const auto last = request_line.rfind(' ');
    return first == last ? std::string_view{} : request_line.substr(first + 1, last - first - 1);
}

std::string_view protocol_of(std::string_view request_line) {
    const auto last = request_line.rfind(' ');
    return last == std::string_view::npos ? std::string_view{} : request_line.substr(last + 1);
}

double seconds(const Served& served) {
    return std::chrono::duration<double>(served.duration).count();
}

template <typename Unit>
auto whole(const Served& served) {
    return duration_cast<Unit>(served.duration).count();
}

template <typename Number>
void append_number(std::string& out, Number number) {
    fmt::format_to(std::back_inserter(out), "{}", number);
}

std::string_view request_field(const Served& served, std::string_view name) {
    return Request(served.request).header(name);
}

std::string_view response_field(const Served& served, std::string_view name) {
    const auto* const value =
        served.response_headers ? served.response_headers->find(name) : nullptr;
    if (value) return *value;
    return equals_ignoring_case(name, "content-type") ? served.content_type : std::string_view{};
}

const std::map<std::string_view, LogPiece>& letters() {
    static const std::map<std::string_view, LogPiece> all = {
        {"h", [](auto& out, auto& s) { append_or_dash(out, host_of(s.request.peer)); }},
        {"l", [](auto& out, auto&) { out.push_back('-'); }},
        {"u", [](auto& out, auto&) { out.push_back('-'); }},
        {"t", [](auto& out, auto&) { append_common_time(out); }},
        {"r", [](auto& out, auto& s) { append_or_dash(out, s.request_line); }},
        {"m", [](auto& out, auto& s) { append_or_dash(out, method_of(s.request_line)); }},
        {"U", [](auto& out, auto& s) { append_or_dash(out, s.request.path); }},
        {"q", [](auto& out, auto& s) { append_escaped(out, s.request.query); }},
        {"H", [](auto& out, auto& s) { append_or_dash(out, protocol_of(s.request_line)); }},
        {"s", [](auto& out, auto& s) { append_number(out, s.status); }},
        {"B", [](auto& out, auto& s) { append_number(out, s.body_bytes); }},
        {"b",
         [](auto& out, auto& s) {
             if (s.body_bytes == 0) return out.push_back('-');
             append_number(out, s.body_bytes);
         }},
        {"f", [](auto& out, auto& s) { append_or_dash(out, request_field(s, "Referer")); }},
        {"a", [](auto& out, auto& s) { append_or_dash(out, request_field(s, "User-Agent")); }},
        {"T", [](auto& out, auto& s) { append_number(out, whole<std::chrono::seconds>(s)); }},
        {"M", [](auto& out, auto& s) { append_number(out, whole<std::chrono::milliseconds>(s)); }},
        {"D", [](auto& out, auto& s) { append_number(out, whole<std::chrono::microseconds>(s)); }},
        {"L",
         [](auto& out, auto& s) { fmt::format_to(std::back_inserter(out), "{:.6f}", seconds(s)); }},
        {"p",
         [](auto& out, auto&) { fmt::format_to(std::back_inserter(out), "<{}>", ::getpid()); }},
    };
    return all;
}

/// `{name}i`, `{name}o`, `{name}e`: a field of the request, of the response, of the environment.
LogPiece named(std::string_view letter) {
    const auto close = letter.rfind('}');
    const std::string name(letter.substr(1, close == std::string_view::npos ? 0 : close - 1));
    const auto kind = close == std::string_view::npos ? "" : letter.substr(close + 1);
    if (!name.empty() && kind == "i") {
        return [name](auto& out, auto& s) { append_or_dash(out, request_field(s, name)); };
    }
    if (!name.empty() && kind == "o") {
        return [name](auto& out, auto& s) { append_or_dash(out, response_field(s, name)); };
    }
    if (!name.empty() && kind == "e") {
        const char* const value = std::getenv(name.c_str());
        return [text = std::string(value ? value : "")](auto& out, auto&) {
            append_or_dash(out, text);
        };
    }
    throw std::invalid_argument("unknown letter %(" + std::string(letter) + ")s");
}

LogPiece piece_for(std::string_view letter) {
    // The request id has no letter of gunicorn's own, but a name that its users give it.
    if (letter == "{x-request-id}o") {
        return [](auto& out, auto& s) { append_or_dash(out, s.request.id); };
    }
    if (letter.starts_with('{')) return named(letter);
    const auto found = letters().find(letter);
    if (found != letters().end()) return found->second;
    throw std::invalid_argument("unknown letter %(" + std::string(letter) + ")s");
}

}  // namespace

std::vector<LogPiece> compile_log_format(std::string_view format) {
    std::vector<LogPiece> pieces;
    const auto add_literal = [&](std::string_view text) {
        if (text.empty()) return;
        pieces.emplace_back(
            [literal = std::string(text)](auto& out, auto&) { out.append(literal); });
    };

    while (!format.empty()) {
        const auto percent = format.find('%');
        add_literal(format.substr(0, percent));
        if (percent == std::string_view::npos) break;
        format.remove_prefix(percent);
        if (format.starts_with("%%")) {
            add_literal("%");
            format.remove_prefix(2);
            continue;
        }
        const auto end = format.find(")s");
        if (!format.starts_with("%(") || end == std::string_view::npos) {
            throw std::invalid_argument("a % is not followed by (letter)s or %");
        }
        pieces.push_back(piece_for(format.substr(2, end - 2)));
        format.remove_prefix(end + 2);
    }
    return pieces;
}

std::vector<LogPiece> json_log_format() {
    return {[](std::string& out, const Served& s) {
        const auto text = [&out](std::string_view key, std::string_view value) {
            fmt::format_to(std::back_inserter(out), "\"{}\":", key);
            append_json_string(out, value);
            out.push_back(',');
        };
        out.append("{\"time\":\"");
        append_iso_time(out);
        out.append("\",");
        text("remote", s.request.peer);
        text("id", s.request.id);
        text("method", method_of(s.request_line));
        text("target", target_of(s.request_line));
        text("protocol", protocol_of(s.request_line));
        fmt::format_to(std::back_inserter(out), "\"status\":{},\"bytes\":{},\"seconds\":{:.6f},",
                       s.status, s.body_bytes, seconds(s));
        text("referer", request_field(s, "Referer"));
        text("user_agent", request_field(s, "User-Agent"));
        fmt::format_to(std::back_inserter(out), "\"pid\":{}}}", ::getpid());
    }};
}

}  // namespace curfew::worker
