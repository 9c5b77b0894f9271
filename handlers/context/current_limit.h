#pragma once

#include "call_context.h"

#include <functional>
#include <type_traits>
#include <utility>

namespace curfew {

/// The limit that is in force when this object is made, for use on another thread.
class CurrentLimit {
  public:
    CurrentLimit() noexcept;

    /// The context of the calling thread, with the sooner of its own limit and this one.
    [[nodiscard]] CallContext applied() const noexcept;

  private:
    Deadline deadline_;
    Deadline limit_;
    Duration per_operation_;
};

/// Returns a function that runs `function` under the limit that is in force now, on whatever thread
/// it is called. For a pool of threads that the application has made before:
///
///     auto rows = pool.submit(with_current_limit([id] { return rows_of(id); }));
///
/// The waits of `function` end at the limit, even if the code that has the limit has ended by then.
/// At the limit, checkpoint() throws TimeoutError, and other functions throw only what they throw
/// when a wait fails. Threads that are started under a limit need no such call: they have the limit
/// of the function that has started them, until that function ends.
template <typename Function>
[[nodiscard]] auto with_current_limit(Function&& function) {
    return [limit = CurrentLimit(), function = std::decay_t<Function>(
                                        std::forward<Function>(function))]<typename... Arguments>(
               Arguments&&... arguments) mutable -> decltype(auto) {
        const ContextScope scope(limit.applied());
        return std::invoke(function, std::forward<Arguments>(arguments)...);
    };
}

}  // namespace curfew
