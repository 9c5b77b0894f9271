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

/// Makes the body of a stream: each call returns the next piece, which may be empty, and nothing at
/// the end. It is called when the client has room for the next piece, never twice at once. It may
/// block. In class threads, each call may be on another thread of the pool.
using Chunks = std::function<std::optional<std::string>()>;

/// Part of an open regular file.
struct FileBody {
    UniqueFd fd;
    std::int64_t offset = 0;
    std::int64_t length = 0;
};

using Body = std::variant<std::string, FileBody, Chunks>;

/// What a handler returns. It can be moved, not copied. Several threads must not use it at once.
class Response {
  public:
    /// `status`: 200 to 599 (a final status, RFC 9110 section 15), else std::invalid_argument.
    explicit Response(int status = 200);

    /// Adds a field. Throws std::invalid_argument for a name or a value that Headers::add refuses,
    /// and for the fields that only the server writes: Content-Length, Transfer-Encoding,
    /// Connection, Date. A Content-Type replaces the previous one.
    Response& header(std::string_view name, std::string_view value) &;
    Response&& header(std::string_view name, std::string_view value) &&;

    /// Closes the connection after this response (RFC 9112 section 9.6). A client with further
    /// requests opens a new connection, which any free worker may accept.
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

    /// Sets the body and its type. `content_type` must be a literal, because it is not copied; a
    /// computed type is set by header().
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

    /// To and from another process: see timeouts/serializable.h. Throws std::logic_error for a body
    /// of Chunks, which is a function of the process that made it.
    void save(Packer& packer) const;
    void load(Unpacker& unpacker);

  private:
    int status_;
    bool closes_connection_ = false;
    std::string_view content_type_;
    Headers headers_;
    Body body_;
};

/// A response with status 200 and a body of text in UTF-8.
[[nodiscard]] Response text(std::string body);

/// A response with status 200 and a body that is JSON already.
[[nodiscard]] Response json(std::string body);

/// A response with status 200 and a body of HTML in UTF-8.
[[nodiscard]] Response html(std::string body);

/// A response with status 200 and a body of unknown length, whose pieces are sent as they are made:
/// in chunked coding (RFC 9112 section 7.1), or to a client of HTTP/1.0 until the connection
/// closes. If `next` throws, or a piece takes longer than its route allows, the connection is
/// reset, so that the client does not take the part for the whole.
[[nodiscard]] Response stream(std::string_view content_type, Chunks next);

/// A redirection to `location` (RFC 9110 section 15.4). Throws std::invalid_argument if `status` is
/// not a 3xx, or `location` has control characters.
[[nodiscard]] Response redirect(std::string_view location, int status = 302);

/// The standard reason phrase of a status, "Unknown" for one that has none.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace curfew
