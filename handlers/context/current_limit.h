#pragma once

#include "call_context.h"

#include <functional>
#include <type_traits>
#include <utility>

namespace curfew {

/// The limit in force when this was made, for another thread.
class CurrentLimit {
  public:
    CurrentLimit() noexcept;

    /// The context in force there, with the sooner of its own limit and this one.
    [[nodiscard]] CallContext applied() const noexcept;

  private:
    Deadline deadline_;
    Deadline limit_;
    Duration per_operation_;
};

/// A function that runs `function` under the limit in force here and now, on whatever thread it is
/// called: for a pool of threads that the application has made before.
///
///     auto rows = pool.submit(with_current_limit([id] { return rows_of(id); }));
///
/// The waits of `function` end at the limit, also if it is called, or still runs, when the function
/// that has the limit has ended. Nothing is thrown at the limit but by checkpoint() and by what
/// throws when a wait is over. Threads that are made under a limit need no such call: they have the
/// limit of the function that has made them until that function ends.
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
