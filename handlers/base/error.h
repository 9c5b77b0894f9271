#pragma once

#include <stdexcept>
#include <string>

namespace curfew {

/// Thrown by a handler to answer with a status of its choice; `what()` is the text the client sees.
/// Any other exception is answered 500 with the request id, and only the log has its text.
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
        refused,      ///< it is there, and does not let us in
        unreachable,  ///< there is no way to it, or its name is unknown
        timed_out,    ///< it took longer than its own limit, though the caller had time left
        protocol,     ///< the connection broke, or what came over it makes no sense
    };

    explicit BackendError(const std::string& message, Kind kind = Kind::protocol)
        : HttpError(502, message), kind_(kind) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }

  private:
    Kind kind_;
};

}  // namespace curfew
