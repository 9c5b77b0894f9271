#pragma once

#include "strategy.h"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace curfew {

namespace detail {

/// A Call of a function and its arguments.
template <typename Function, typename... Arguments>
class TypedCall final : public Call {
  public:
    using Result = std::invoke_result_t<Function&, Arguments...>;

    template <typename F, typename... A>
    explicit TypedCall(F&& function, A&&... arguments)
        : function_(std::forward<F>(function)), arguments_(std::forward<A>(arguments)...) {}

    Result take() {
        rethrow();
        if constexpr (!std::is_void_v<Result>) return std::move(*result_);
    }

  private:
    void invoke() override {
        if constexpr (std::is_void_v<Result>) {
            std::apply(function_, std::move(arguments_));
        } else {
            result_.emplace(std::apply(function_, std::move(arguments_)));
        }
    }

    struct Nothing {};
    Function function_;
    std::tuple<Arguments...> arguments_;
    std::optional<std::conditional_t<std::is_void_v<Result>, Nothing, Result>> result_;
};

}  // namespace detail

/// Runs `function(arguments...)` under a limit, by the strategy of that name, and returns what it
/// returns.
///
///     const auto page = with_timeout(500ms, "deadline", [&] { return http::get(url).body; });
///     const auto rows = with_timeout(500ms, "thread", &rows_of, customer);
///
/// Throws TimeoutError if it has not ended by then; what it throws itself, otherwise; and
/// std::invalid_argument for an unknown strategy. Limits nest: the sooner one wins.
///
/// Under `thread` the function may outlive this call: it must own all that it uses. The arguments
/// are copied or moved for that, so a function that captures nothing runs under every strategy.
template <typename Function, typename... Arguments>
auto with_timeout(Duration limit, std::string_view name, Function&& function,
                  Arguments&&... arguments) {
    using Typed = detail::TypedCall<std::decay_t<Function>, std::decay_t<Arguments>...>;
    Strategy& chosen = strategy(name);
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
