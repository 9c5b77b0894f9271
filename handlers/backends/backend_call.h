#pragma once

#include "../base/error.h"
#include "../context/call_context.h"
#include "../context/meter.h"

#include <string>

namespace curfew {

/// A call to an upstream, for as long as it lasts. It may take as long as the caller's context
/// allows, or the backend's own limit if that is sooner. Every wait of any library during the call
/// ends by then.
class BackendCall {
  public:
    /// `stage`: as what its time is counted. `upstream`: for messages, "http 127.0.0.1:8081".
    /// Throws TimeoutError if the call context has expired already.
    BackendCall(Stage stage, std::string upstream, Duration own_limit);
    ~BackendCall();
    BackendCall(const BackendCall&) = delete;
    BackendCall& operator=(const BackendCall&) = delete;

    /// The time that the library may take. It is a little longer than the limit if the process is
    /// killed at the limit.
    [[nodiscard]] Duration remaining() const noexcept { return deadline_.remaining(); }

    /// The time that is left of the limit. Upstreams are told this time.
    [[nodiscard]] Duration left() const noexcept { return limit_.remaining(); }

    /// The call has ended by its time limit: throws TimeoutError if that was the caller's limit,
    /// else BackendError. `why`: what else is known.
    [[noreturn]] void time_out(const std::string& why = {}) const;

    /// The call has failed. If its time is over, the exception says that, whatever the library
    /// says.
    [[noreturn]] void fail(BackendError::Kind kind, const std::string& what) const;

    /// Whether the time is over, or the token was raised.
    [[nodiscard]] bool is_over() const noexcept;

    /// As long as this object lives, the record of what the request is doing says that the call
    /// does something other than wait for its upstream.
    class Pause {
      public:
        Pause(const BackendCall& call, const char* what);
        ~Pause();
        Pause(const Pause&) = delete;
        Pause& operator=(const Pause&) = delete;

      private:
        const BackendCall& call_;
    };

    [[nodiscard]] const std::string& upstream() const noexcept { return upstream_; }

  private:
    [[nodiscard]] std::string elapsed() const;

    std::string upstream_;
    Deadline::Clock::time_point start_;
    Deadline limit_;
    Deadline deadline_;
    bool of_caller_;  // the limit is the caller's, not the backend's own
    ContextScope scope_;
    bool metered_;
};

/// As long as this object lives, no wait of this thread waits. For closing connections that are
/// given up, without blocking.
class WithoutWaiting {
  public:
    WithoutWaiting() noexcept : scope_(Deadline::at({})) {}

  private:
    ContextScope scope_;
};

/// For options of libraries: rounded up, so that they are never sooner than the deadline, and at
/// least 1, because 0 has special meanings.
[[nodiscard]] long whole_milliseconds(Duration duration) noexcept;

}  // namespace curfew
