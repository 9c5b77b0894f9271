#pragma once

#include "worker/http/head_scanner.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace curfew::worker {

/// Takes the chunks of a body apart (RFC 9112 section 7.1), up to the line of the last one; what
/// follows that is the trailer section. Extensions are read by their grammar and ignored.
///
/// Looks at each byte once, however the input is cut. What chunks cost beside their content is
/// bounded: a size line each, and some extensions in all (CVE-2024-22019).
class ChunkedBody {
  public:
    /// Begins a body of at most so many bytes.
    void restart(std::size_t limit) noexcept;

    /// Reads on, and appends the content to `body`. Returns how many bytes it has used: all of
    /// them, if the body goes on. Throws std::bad_alloc.
    [[nodiscard]] std::size_t read(std::string_view input, std::string& body);

    /// True behind the line of the last chunk.
    [[nodiscard]] bool ended() const noexcept { return state_ == State::ended; }
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

  private:
    enum class State {
        first_digit,
        digits,
        gap,  ///< blanks that only another extension may follow
        before_name,
        name,
        after_name,
        before_value,
        value,
        quoted,
        escaped,  ///< in a quoted string, behind a backslash
        after_quoted,
        line_feed,
        content,
        end_of_content,  ///< where its CR should be
        last_of_content,
        ended,
    };

    void step(char c) noexcept;
    void read_digit(char c) noexcept;
    void go_on(char c) noexcept;
    void begin_content() noexcept;
    void refuse(int status, std::string_view text) noexcept { refusal_ = {status, text}; }

    State state_ = State::first_digit;
    std::uint64_t left_ = 0;  ///< of this chunk
    bool begins_ = false;     ///< none of its content has been read
    std::size_t room_ = 0;    ///< for content
    std::size_t overhead_ = 0;
    std::size_t allowance_ = 0;
    Refusal refusal_;
};

/// Refuses a trailer section, which the HeadScanner has let pass, if one of its lines is no field.
[[nodiscard]] Refusal check_trailers(std::string_view section) noexcept;

}  // namespace curfew::worker
