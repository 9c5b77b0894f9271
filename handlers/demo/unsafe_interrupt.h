#pragma once

#include <curfew/base/deadline.h>

#include <functional>
#include <string_view>

namespace demo {

/// How to end a function at any instruction, asked or not.
enum class Mechanism {
    throwing,  ///< an exception out of a signal handler
    longjmp,   ///< siglongjmp out of a signal handler
    cancel,    ///< pthread_cancel, asynchronously
};

/// Runs `function`, and ends it if it still runs after that time. True if it was ended. What the
/// function throws passes, but under `cancel`, where it may not throw. To be called in a process
/// that can be spared, by its main thread: it may deadlock, crash, or leave anything broken.
bool ended_after(Mechanism mechanism, curfew::Duration time, const std::function<void()>& function);

}  // namespace demo
