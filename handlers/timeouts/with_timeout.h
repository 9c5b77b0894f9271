#pragma once

#include "strategy.h"
#include "strategy_name.h"
#include "typed_call.h"

#include <memory>
#include <type_traits>
#include <utility>

namespace curfew {

/// Runs `function(arguments...)` under a limit, by the strategy of that name, and returns what it
/// returns.
///
///     const auto page = with_timeout(500ms, "deadline", [&] { return http::get(url).body; });
///     const auto rows = with_timeout(500ms, "thread", &rows_of, customer);
///
/// Throws TimeoutError if the function has not ended within `limit` from now; otherwise whatever
/// the function throws; and std::invalid_argument for an unknown strategy. Limits nest: the sooner
/// one applies. May be called on any thread or fiber that the strategy allows (see Guarantees).
///
/// Under `thread` the function may outlive this call, so it must own all that it uses. For that,
/// the arguments are copied or moved, so a function that captures nothing runs under every
/// strategy. Under `process` and `fork` the function runs in another process, so its result must be
/// serializable, and under `process` its arguments as well; see serializable.h. If they are not, a
/// call that names the strategy by a literal does not compile, and a call whose strategy is chosen
/// at run time throws std::logic_error.
template <typename Function, typename... Arguments>
auto with_timeout(
    Duration limit,
    std::type_identity_t<
        detail::StrategyName<detail::TypedCall<std::decay_t<Function>, std::decay_t<Arguments>...>>>
        name,
    Function&& function, Arguments&&... arguments) {
    using Typed = detail::TypedCall<std::decay_t<Function>, std::decay_t<Arguments>...>;
    Strategy& chosen = strategy(name.text());
    const auto deadline = Deadline::in(limit);
    if (chosen.detaches()) {
        const auto call = std::make_shared<Typed>(std::forward<Function>(function),
                                                  std::forward<Arguments>(arguments)...);
        chosen.run_detached(call, deadline);
        return call->take();
    }
    Typed call(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
    chosen.run(call, deadline);
    return call.take();
}

}  // namespace curfew
