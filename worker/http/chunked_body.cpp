#include "worker/http/chunked_body.h"

#include "handlers/http/headers.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace curfew::worker {

namespace {

constexpr std::size_t overhead_per_chunk = 32;
constexpr std::size_t overhead_per_body = 8192;

constexpr std::string_view bad_extension = "a chunk's extension is malformed";

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

bool is_token_char(char c) noexcept { return is_token({&c, 1}); }

/// -1: it is none.
int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

void ChunkedBody::restart(std::size_t limit) noexcept {
    *this = {};
    room_ = limit;
    // More comes with the first byte of each content, so that it does not matter where the input is
    // cut.
    allowance_ = overhead_per_body + overhead_per_chunk;
}

std::size_t ChunkedBody::read(std::string_view input, std::string& body) {
    std::size_t at = 0;
    while (at < input.size() && !ended() && !refusal_) {
        if (state_ == State::content) {
            if (std::exchange(begins_, false)) allowance_ += overhead_per_chunk;
            const auto size = std::min<std::uint64_t>(left_, input.size() - at);
            const auto part = input.substr(at, static_cast<std::size_t>(size));
            body.append(part);
            at += part.size();
            left_ -= part.size();
            if (left_ == 0) state_ = State::end_of_content;
            continue;
        }
        if (++overhead_ > allowance_) {
            refuse(413, "the chunks of the body carry too much beside it");
            break;
        }
        step(input[at++]);
    }
    return at;
}

void ChunkedBody::step(char c) noexcept {
    switch (state_) {
        case State::first_digit:
        case State::digits:
            return read_digit(c);
        case State::gap:
        case State::after_quoted:
        case State::after_name:
        case State::name:
        case State::value:
            return go_on(c);
        case State::before_name:
            if (is_token_char(c)) {
                state_ = State::name;
            } else if (!is_blank(c)) {
                refuse(400, bad_extension);
            }
            return;
        case State::before_value:
            if (c == '"') {
                state_ = State::quoted;
            } else if (is_token_char(c)) {
                state_ = State::value;
            } else if (!is_blank(c)) {
                refuse(400, bad_extension);
            }
            return;
        case State::quoted:
        case State::escaped:
            if (!is_field_value({&c, 1})) return refuse(400, bad_extension);
            if (state_ == State::escaped) {
                state_ = State::quoted;
            } else if (c == '"') {
                state_ = State::after_quoted;
            } else if (c == '\\') {
                state_ = State::escaped;
            }
            return;
        case State::line_feed:
            if (c != '\n') return refuse(400, "a chunk's line does not end with CRLF");
            return begin_content();
        case State::end_of_content:
        case State::last_of_content:
            if (c != (state_ == State::end_of_content ? '\r' : '\n')) {
                return refuse(400, "a chunk does not end with CRLF");
            }
            state_ = state_ == State::end_of_content ? State::last_of_content : State::first_digit;
            return;
        case State::content:
        case State::ended:
            return;
    }
}

void ChunkedBody::read_digit(char c) noexcept {
    const int digit = hex_value(c);
    if (digit < 0) {
        if (state_ == State::first_digit) return refuse(400, "a chunk has no size");
        return go_on(c);
    }
    if (left_ > UINT64_MAX >> 4) return refuse(400, "a chunk's size is no number");
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    state_ = State::digits;
}

/// Behind a whole part of the line: it ends, or an extension follows, or the rest of a name or
/// value.
void ChunkedBody::go_on(char c) noexcept {
    const bool in_name = state_ == State::name || state_ == State::after_name;
    const bool in_word = state_ == State::name || state_ == State::value;
    if (in_word && is_token_char(c)) return;
    if (c == ';') {
        state_ = State::before_name;
    } else if (c == '=' && in_name) {
        state_ = State::before_value;
    } else if (is_blank(c)) {
        state_ = in_name ? State::after_name : State::gap;
    } else if (c == '\r' && state_ != State::gap && state_ != State::after_name) {
        state_ = State::line_feed;
    } else {
        refuse(400, state_ == State::digits ? "a chunk's size is no number" : bad_extension);
    }
}

void ChunkedBody::begin_content() noexcept {
    if (left_ == 0) {
        state_ = State::ended;
    } else if (left_ > room_) {
        refuse(413, "the request's body is too large");
    } else {
        room_ -= static_cast<std::size_t>(left_);
        begins_ = true;
        state_ = State::content;
    }
}

Refusal check_trailers(std::string_view section) noexcept {
    while (section.size() > 2) {
        const auto line = section.substr(0, section.find("\r\n"));
        const auto colon = line.find(':');
        if (colon == 0) return {400, "a trailer has no name"};
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
            !is_field_value(line.substr(colon))) {
            return {400, "a trailer is malformed"};
        }
        section.remove_prefix(line.size() + 2);
    }
    return {};
}

}  // namespace curfew::worker
