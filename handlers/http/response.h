#pragma once

#include "../base/unique_fd.h"
#include "headers.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace curfew {

class Packer;
class Request;
class Unpacker;

/// The body of a stream, pulled piece by piece as the client takes it: each call returns the next
/// piece, nothing at the end. It runs where handlers run and may block; a piece may be empty.
using Chunks = std::function<std::optional<std::string>()>;

/// Part of an open regular file.
struct FileBody {
    UniqueFd fd;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

using Body = std::variant<std::string, FileBody, Chunks>;

/// What a handler returns. A value that can be moved, not copied.
class Response {
  public:
    /// `status`: 200 to 599 (a final status, RFC 9110 section 15), else std::invalid_argument.
    explicit Response(int status = 200);

    /// Adds a field. Throws std::invalid_argument for anything that could break out of it (see
    /// Headers::add), and for the fields that the server alone writes: Content-Length,
    /// Transfer-Encoding, Connection, Date. A Content-Type replaces the one there was.
    Response& header(std::string_view name, std::string_view value) &;
    Response&& header(std::string_view name, std::string_view value) &&;

    /// The connection ends with this response: a client that goes on makes a new one, which any
    /// worker that is free may take.
    Response& close_connection() & noexcept;
    Response&& close_connection() && noexcept;

    /// Throws std::invalid_argument as the constructor does.
    Response& status(int status) &;
    Response&& status(int status) &&;

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] bool closes_connection() const noexcept { return closes_connection_; }
    [[nodiscard]] const Headers& headers() const noexcept { return headers_; }
    /// The type set with body(); empty if there is none, or if headers() has a Content-Type.
    [[nodiscard]] std::string_view content_type() const noexcept { return content_type_; }
    [[nodiscard]] const Body& body() const noexcept { return body_; }
    [[nodiscard]] Body& body() noexcept { return body_; }

    /// Sets the body and its type. `content_type` is a literal; a computed one goes through
    /// header().
    template <std::size_t N>
    Response& body(const char (&content_type)[N], Body body) & {
        headers_.remove("Content-Type");
        content_type_ = std::string_view(content_type, N - 1);
        body_ = std::move(body);
        return *this;
    }
    template <std::size_t N>
    Response&& body(const char (&content_type)[N], Body new_body) && {
        body(content_type, std::move(new_body));
        return std::move(*this);
    }

    /// From and to another process (see timeouts/serializable.h). Throws std::logic_error for a
    /// body of Chunks, which is a function of the process that made it.
    void save(Packer& packer) const;
    void load(Unpacker& unpacker);

  private:
    int status_;
    bool closes_connection_ = false;
    std::string_view content_type_;
    Headers headers_;
    Body body_;
};

/// A body of text, UTF-8.
[[nodiscard]] Response text(std::string body);

/// A body that already is JSON.
[[nodiscard]] Response json(std::string body);

/// A body of HTML, UTF-8.
[[nodiscard]] Response html(std::string body);

/// A body of unknown length, sent as it is made: chunked to HTTP/1.1, until close to 1.0.
/// If `next` throws, or a piece takes longer than its route allows, the connection is reset so that
/// the client does not take the part for the whole.
[[nodiscard]] Response stream(std::string_view content_type, Chunks next);

/// To another place: 302, or any 3xx given. `location` may not hold control characters
/// (std::invalid_argument).
[[nodiscard]] Response redirect(std::string_view location, int status = 302);

/// The standard reason phrase of a status, "Unknown" for one that has none.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace curfew
