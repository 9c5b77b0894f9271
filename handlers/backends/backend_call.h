#pragma once

#include "../base/error.h"
#include "../context/call_context.h"
#include "../context/meter.h"

#include <string>

namespace curfew {

/// One call to an upstream, as long as it lasts. It may take as long as the caller's context, or
/// the backend's own limit if that is sooner; every wait in it, of whichever library, ends by then.
class BackendCall {
  public:
    /// `stage`: as what its time is counted. `upstream`: for messages, "http 127.0.0.1:8081".
    /// Throws TimeoutError if the call context has expired already.
    BackendCall(Stage stage, std::string upstream, Duration own_limit);
    ~BackendCall();
    BackendCall(const BackendCall&) = delete;
    BackendCall& operator=(const BackendCall&) = delete;

    /// What the library may take. A little more than its limit, if the process is killed by then.
    [[nodiscard]] Duration remaining() const noexcept { return deadline_.remaining(); }

    /// What is left of its limit: what an upstream is told.
    [[nodiscard]] Duration left() const noexcept { return limit_.remaining(); }

    /// The call ended by its time limit: TimeoutError if that was the caller's, else BackendError.
    /// `why`: what is known beside that.
    [[noreturn]] void time_out(const std::string& why = {}) const;

    /// The call failed. If its time is over, that is the reason, whatever the library says.
    [[noreturn]] void fail(BackendError::Kind kind, const std::string& what) const;

    /// The time is over, or the token was raised.
    [[nodiscard]] bool is_over() const noexcept;

    /// While it is there, whoever asks what the request is doing learns that this call does
    /// something else than talk to its upstream.
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

/// While it is there no wait waits: to close what is given up without a chance to block.
class WithoutWaiting {
  public:
    WithoutWaiting() noexcept : scope_(Deadline::at({})) {}

  private:
    ContextScope scope_;
};

/// For options of libraries: rounded up, so that they are never sooner than the deadline, and at
/// least 1, as 0 has meanings of its own.
[[nodiscard]] long whole_milliseconds(Duration duration) noexcept;

}  // namespace curfew
