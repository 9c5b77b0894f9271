#pragma once

#include <stdexcept>
#include <string>

namespace curfew::worker {

/// The application cannot be served as configured; the text says why and where.
class ApplicationError : public std::runtime_error {
  public:
    /// The exit status that the server should stop with: one of these, or the application's own.
    enum class Status { configuration = 2, application = 3 };

    explicit ApplicationError(const std::string& text, Status status = Status::application)
        : std::runtime_error(text), status_(status) {}

    [[nodiscard]] Status status() const noexcept { return status_; }
    [[nodiscard]] int exit_status() const noexcept { return static_cast<int>(status_); }

  private:
    Status status_;
};

}  // namespace curfew::worker
