#pragma once

#include "../context/late_wait.h"
#include "parking_lot.h"

namespace curfew {

/// A scope in which a wait goes on beyond the limit, because its caller cannot be told of it. It is
/// noted for the log.
class WaitsOn {
  public:
    explicit WaitsOn(const char* call) noexcept : noted_{call}, scope_(context_without_limit()) {}

  private:
    struct Noted {
        const char* call;
        ~Noted() { note_wait(call); }
    };

    const Noted noted_;
    const ContextScope scope_;  // ends before, because the limit must be in force again
};

}  // namespace curfew
