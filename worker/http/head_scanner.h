#pragma once

#include "worker/settings/options.h"

#include <cstddef>
#include <string_view>

namespace curfew::worker {

/// Why a message is refused: a status and what to tell the client. `text` is a literal.
struct Refusal {
    int status = 0;  ///< 0: not refused
    std::string_view text;

    explicit operator bool() const noexcept { return status != 0; }
};

/// Decides where a head or a trailer section ends, and lets only such pass whose lines are beyond
/// dispute: each ends with CRLF, holds no other CR, LF or NUL, and none is folded (RFC 9112
/// sections 2.2 and 5.2). llhttp is more generous than that, and lenience here is what request
/// smuggling lives on. Also bounds every line and their number, as the bytes arrive.
///
/// Looks at each byte once, however the input is cut.
class HeadScanner {
  public:
    enum class Section { head, trailers };

    explicit HeadScanner(const Options& options) noexcept : options_(&options) {}

    /// Begins a section.
    void restart(Section section) noexcept;

    /// `input` is the section so far, and perhaps more, always from its first byte.
    /// Returns its length once it is complete, with the empty line that ends it; otherwise 0.
    [[nodiscard]] std::size_t scan(std::string_view input) noexcept;

    /// Set when the section cannot become valid any more.
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

    /// Empty lines before the request line, which are to be skipped (RFC 9112 section 2.2).
    [[nodiscard]] std::size_t leading() const noexcept { return leading_; }

    /// The request line, without its CRLF; empty as long as it is not there or not good.
    [[nodiscard]] std::string_view first_line(std::string_view input) const noexcept {
        return input.substr(leading_, first_line_);
    }

  private:
    void refuse(int status, std::string_view text) noexcept { refusal_ = {status, text}; }
    void check_length(std::string_view line) noexcept;
    void check_line(std::string_view line) noexcept;

    const Options* options_;
    Section section_ = Section::head;
    std::size_t line_begin_ = 0;
    std::size_t scanned_ = 0;
    std::size_t leading_ = 0;
    std::size_t first_line_ = 0;
    std::size_t lines_ = 0;
    Refusal refusal_;
};

}  // namespace curfew::worker
