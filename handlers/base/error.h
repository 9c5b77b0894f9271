#pragma once

#include <stdexcept>
#include <string>

namespace curfew {

/// Thrown by a handler to make a response with a status of its choice; the client sees the text of
/// `what()`. For any other exception the client gets a 500 with the request id, and only the log
/// has the text.
class HttpError : public std::runtime_error {
  public:
    /// `status`: 400 to 599, else std::invalid_argument.
    HttpError(int status, const std::string& message)
        : std::runtime_error(message), status_(status) {
        if (status < 400 || status > 599) {
            throw std::invalid_argument("HttpError: status " + std::to_string(status) +
                                        " is not between 400 and 599");
        }
    }

    [[nodiscard]] int status() const noexcept { return status_; }

  private:
    int status_;
};

/// A time limit was reached: 504 Gateway Timeout (RFC 9110 section 15.6.5).
class TimeoutError : public HttpError {
  public:
    explicit TimeoutError(const std::string& message) : HttpError(504, message) {}
};

/// An upstream failed, for another reason than the caller's time limit: 502 Bad Gateway (RFC 9110
/// section 15.6.3).
class BackendError : public HttpError {
  public:
    enum class Kind {
        refused,      ///< the upstream refuses access
        unreachable,  ///< the upstream cannot be reached, or its name is unknown
        timed_out,    ///< the configured timeout was exceeded; the caller had time left
        protocol,     ///< the connection broke, or the response is not valid
    };

    explicit BackendError(const std::string& message, Kind kind = Kind::protocol)
        : HttpError(502, message), kind_(kind) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }

  private:
    Kind kind_;
};

}  // namespace curfew
