#include "worker/http/head_scanner.h"

#include "handlers/http/headers.h"

#include <algorithm>

namespace curfew::worker {

namespace {

constexpr std::size_t max_leading = 8;  // four empty lines

/// No method that has a name is longer.
constexpr std::size_t longest_method = 32;

bool contains(std::string_view line, char c) noexcept {
    return line.find(c) != std::string_view::npos;
}

}  // namespace

void HeadScanner::restart(Section section) noexcept {
    section_ = section;
    line_begin_ = scanned_ = leading_ = first_line_ = lines_ = 0;
    refusal_ = {};
}

std::size_t HeadScanner::scan(std::string_view input) noexcept {
    while (!refusal_) {
        const auto feed = input.find('\n', scanned_);
        if (feed == std::string_view::npos) {
            scanned_ = input.size();
            // One byte more than the line may be its CR.
            const auto line = input.substr(std::min(line_begin_, scanned_));
            check_length(line.substr(0, line.size() - (line.empty() ? 0 : 1)));
            return 0;
        }

        const auto line = input.substr(line_begin_, feed - line_begin_);
        scanned_ = line_begin_ = feed + 1;
        check_length(line.substr(0, line.size() - (line.empty() ? 0 : 1)));
        if (refusal_) return 0;
        if (line.empty() || line.back() != '\r') {
            refuse(400, "a line does not end with CRLF");
            return 0;
        }
        if (line.size() > 1) {
            check_line(line.substr(0, line.size() - 1));
            ++lines_;
            continue;
        }
        if (lines_ > 0 || section_ == Section::trailers) return scanned_;
        leading_ = scanned_;
        if (leading_ > max_leading) refuse(400, "too many empty lines before the request line");
    }
    return 0;
}

void HeadScanner::check_length(std::string_view line) noexcept {
    if (lines_ == 0 && section_ == Section::head) {
        if (line.size() <= options_->limit_request_line) return;
        // RFC 9112 section 3: which of its parts is too long makes a difference.
        const auto method = line.substr(0, line.find(' '));
        if (method.size() <= longest_method) return refuse(414, "the request line is too long");
        return is_token(method.substr(0, longest_method))
                   ? refuse(501, "the method is unknown")
                   : refuse(400, "the method is not a token");
    }
    if (line.size() > options_->limit_request_field_size) refuse(431, "a field is too large");
}

void HeadScanner::check_line(std::string_view line) noexcept {
    if (contains(line, '\r')) return refuse(400, "a CR stands without its LF");
    if (contains(line, '\0')) return refuse(400, "a line holds a NUL");
    if (section_ == Section::head && lines_ == 0) {
        first_line_ = line.size();
        return;
    }
    if (line.front() == ' ' || line.front() == '\t') return refuse(400, "a field is folded");

    const auto fields = lines_ + (section_ == Section::head ? 0 : 1);
    if (fields > options_->limit_request_fields) refuse(431, "too many fields");
}

}  // namespace curfew::worker
