#pragma once

#include "handlers/http/request.h"
#include "worker/http/buffer.h"
#include "worker/http/chunked_body.h"
#include "worker/http/fields.h"
#include "worker/http/head_scanner.h"
#include "worker/http/request_line.h"
#include "worker/settings/options.h"

#include <llhttp.h>

#include <string>
#include <string_view>

namespace curfew::worker {

/// Parses the requests of one connection, one at a time. The HeadScanner finds the end of each
/// head, llhttp (in strict mode) parses the head, and this class reads the body. Everything that a
/// handler sees points into the buffer in which it was received. A request stays there as a whole
/// until it is finished, because another worker may have to parse it once more.
class Parser {
  public:
    enum class Progress { more, complete, refused };

    Parser(const Options& options, Arena& arena) noexcept;
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// Goes on with what `input` holds. On `complete`, `input` stays as it is, so that parts()
    /// remain valid, until finish().
    [[nodiscard]] Progress advance(Buffer& input);

    /// Drops the complete request from `input` and gets ready for the next.
    void finish(Buffer& input) noexcept;

    /// True from the first byte of a request until finish().
    [[nodiscard]] bool begun(const Buffer& input) const noexcept {
        return stage_ != Stage::head || !input.empty();
    }
    [[nodiscard]] bool in_body() const noexcept {
        return stage_ == Stage::body || stage_ == Stage::trailers;
    }

    /// True once if the client waits for `100 Continue` before it sends the body.
    [[nodiscard]] bool take_expectation() noexcept;

    [[nodiscard]] RequestParts& parts() noexcept { return parts_; }
    [[nodiscard]] const FieldFacts& facts() const noexcept { return facts_; }
    [[nodiscard]] bool http_1_1() const noexcept { return line_.http_1_1; }
    [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

    /// The method is HEAD, also of a request that is refused or not all there: whatever is answered
    /// has no body (RFC 9110 section 9.3.2).
    [[nodiscard]] bool is_head() const noexcept { return is_head_; }

    /// The request line as far as it is known, for the log.
    [[nodiscard]] std::string_view first_line() const noexcept { return first_line_; }
    [[nodiscard]] std::size_t body_received() const noexcept {
        return facts_.chunked ? body_.size() : body_size_;
    }

    /// What the body still lacks at least; what it has, if it is in chunks.
    [[nodiscard]] std::size_t body_to_come() const noexcept {
        return facts_.chunked ? body_.size() : body_length_ - body_size_;
    }

    /// The request's head if it is not at the front of the input any more.
    [[nodiscard]] Extent moved_head() const noexcept { return head_.extent(); }

  private:
    enum class Stage { head, body, trailers, complete };
    friend struct Callbacks;

    void read_head(std::string_view input);
    void read_body(std::string_view input);
    void read_trailers(std::string_view input);
    [[nodiscard]] bool execute(std::string_view input);
    [[nodiscard]] Refusal llhttp_refusal() const;
    [[nodiscard]] Refusal accept_head();
    void replace_host();
    void keep_head(Buffer& input);

    const Options* options_;
    HeadScanner scanner_;
    llhttp_t llhttp_;
    Stage stage_ = Stage::head;
    std::size_t used_ = 0;         ///< bytes of the input that are parsed
    std::size_t body_at_ = 0;      ///< where in the input the body begins
    std::size_t body_length_ = 0;  ///< as Content-Length has it
    std::size_t body_size_ = 0;    ///< what is there of it
    ChunkedBody chunks_;
    bool head_parsed_ = false;
    bool is_head_ = false;
    Buffer head_;       ///< the head, if the body did not arrive with it
    std::string body_;  ///< of chunks; else it is in the input
    std::string_view first_line_;
    RequestLine line_;
    FieldFacts facts_;
    RequestParts parts_;
    Refusal refusal_;
};

/// Throws std::runtime_error if the llhttp that was built in lets through what opens the way for
/// request smuggling (a build without its strict mode does). To be called once before serving.
void check_llhttp();

}  // namespace curfew::worker
