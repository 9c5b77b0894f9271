#include "worker/keeper/error_response.h"

#include "handlers/base/milliseconds.h"
#include "handlers/base/trimmed.h"
#include "handlers/http/date.h"
#include "handlers/http/headers.h"
#include "handlers/http/response.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <ctime>

namespace curfew::worker {

namespace {

/// In seconds. A replacement of the worker is ready long before.
constexpr std::string_view retry_after = "1";

/// Appends to memory of a fixed size. What does not fit is left out.
class Text {
  public:
    explicit Text(std::span<char> memory) noexcept : memory_(memory) {}

    Text& operator<<(std::string_view word) noexcept {
        const auto length = std::min(word.size(), memory_.size() - size_);
        word.copy(memory_.data() + size_, length);
        size_ += length;
        return *this;
    }
    Text& operator<<(std::integral auto number) noexcept {
        static_assert(!std::same_as<decltype(number), char>, "would be written as a number");
        std::array<char, 20> digits;
        const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
        return *this << std::string_view(digits.data(), end);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::string_view view() const noexcept { return {memory_.data(), size_}; }

  private:
    std::span<char> memory_;
    std::size_t size_ = 0;
};

void write_text(Text& out, const ErrorResponse& response) noexcept {
    out << response.status << " " << reason_phrase(response.status) << "\n"
        << response.detail << "\n";
    if (!response.id.empty()) out << "request " << response.id << "\n";
}

/// No word of it has a character that must be escaped in JSON.
void write_problem(Text& out, const ErrorResponse& response) noexcept {
    out << R"({"type":"about:blank","title":")" << reason_phrase(response.status)
        << R"(","status":)" << response.status << R"(,"detail":")" << response.detail << "\"";
    if (!response.id.empty()) out << R"(,"request_id":")" << response.id << "\"";
    if (!response.limit_name.empty()) {
        out << R"(,"limit":")" << response.limit_name << R"(","limit_ms":)"
            << in_milliseconds(response.limit);
    }
    out << "}\n";
}

/// Returns the part before the separator, and leaves the part behind it in `text`.
std::string_view cut(std::string_view& text, char separator) noexcept {
    const auto at = text.find(separator);
    const auto part = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
    return part;
}

/// A qvalue in thousandths, with at most three digits behind the point. A malformed one is 1000.
int thousandths(std::string_view value) noexcept {
    if (!value.starts_with('0')) return 1000;
    int number = 0;
    value = value.substr(std::min<std::size_t>(2, value.size()));
    for (std::size_t i = 0; i < 3; ++i) {
        const char digit = i < value.size() ? value[i] : '0';
        if (digit < '0' || digit > '9') return 1000;
        number = number * 10 + (digit - '0');
    }
    return number;
}

int quality_of(std::string_view parameters) noexcept {
    while (!parameters.empty()) {
        auto value = trimmed(cut(parameters, ';'));
        const auto name = trimmed(cut(value, '='));
        if (!equals_ignoring_case(name, "q")) continue;
        return thousandths(value);
    }
    return 1000;
}

}  // namespace

WrittenResponse write_response(const ErrorResponse& response, std::span<char> out) noexcept {
    std::array<char, 1024> memory;
    Text body(memory);
    response.json ? write_problem(body, response) : write_text(body, response);

    const auto date = http_date_text(std::time(nullptr));
    Text text(out);
    text << "HTTP/1.1 " << response.status << " " << reason_phrase(response.status)
         << "\r\nServer: curfew\r\nDate: " << std::string_view(date.data(), date.size())
         << "\r\nContent-Type: "
         << (response.json ? "application/problem+json" : "text/plain; charset=utf-8")
         << "\r\nRetry-After: " << retry_after << "\r\n";
    if (!response.limit_name.empty()) {
        text << "Curfew-Limit: " << response.limit_name << "=" << in_milliseconds(response.limit)
             << "ms\r\n";
    }
    if (!response.id.empty()) text << "X-Request-Id: " << response.id << "\r\n";
    text << "Content-Length: " << body.size() << "\r\n";
    if (!response.keep_alive) text << "Connection: close\r\n";
    if (response.keep_alive && !response.http_1_1) text << "Connection: keep-alive\r\n";
    text << "\r\n";
    if (response.head) return {.size = text.size(), .body = 0};
    text << body.view();
    return {.size = text.size(), .body = body.size()};
}

bool prefers_json(std::string_view accept) noexcept {
    int json = 0;
    int text = 0;
    bool json_first = false;
    while (!accept.empty()) {
        auto range = cut(accept, ',');
        const auto type = trimmed(cut(range, ';'));
        const auto is = [&type](std::string_view name) { return equals_ignoring_case(type, name); };
        if (is("application/problem+json") || is("application/json")) {
            json_first = json_first || text == 0;
            json = std::max(json, quality_of(range));
        } else if (is("text/plain") || is("text/html") || is("text/*") || is("*/*")) {
            text = std::max(text, quality_of(range));
        }
    }
    return json > text || (json > 0 && json == text && json_first);
}

std::string_view field_of(std::string_view head, std::string_view name) noexcept {
    (void)cut(head, '\n');
    while (!head.empty()) {
        auto line = cut(head, '\n');
        if (line.empty() || line == "\r") return {};
        if (equals_ignoring_case(cut(line, ':'), name)) return trimmed(line, " \t\r");
    }
    return {};
}

}  // namespace curfew::worker
