#pragma once

#include "strategy.h"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace curfew {

namespace detail {

/// A Call of a function that returns T.
template <typename Function, typename T = std::invoke_result_t<Function&>>
class TypedCall final : public Call {
  public:
    explicit TypedCall(Function function) : function_(std::move(function)) {}

    T take() {
        rethrow();
        if constexpr (!std::is_void_v<T>) return std::move(*result_);
    }

  private:
    void invoke() override {
        if constexpr (std::is_void_v<T>) {
            function_();
        } else {
            result_.emplace(function_());
        }
    }

    struct Nothing {};
    Function function_;
    std::optional<std::conditional_t<std::is_void_v<T>, Nothing, T>> result_;
};

}  // namespace detail

/// Runs `function` under a limit, by the strategy of that name, and returns what it returns.
///
///     const auto page = with_timeout(500ms, "deadline", [&] { return http::get(url); });
///
/// Throws TimeoutError if it has not ended by then; what it throws itself, otherwise; and
/// std::invalid_argument for an unknown strategy. Limits nest: the sooner one wins.
///
/// Under `thread` the function may outlive this call: it must own all that it uses (capture by
/// value), under every strategy if it is to run under any.
template <typename Function>
auto with_timeout(Duration limit, std::string_view name, Function&& function) {
    using Typed = detail::TypedCall<std::decay_t<Function>>;
    Strategy& chosen = strategy(name);
    const auto deadline = Deadline::in(limit);
    if (chosen.detaches()) {
        const auto call = std::make_shared<Typed>(std::forward<Function>(function));
        chosen.run_detached(call, deadline);
        return call->take();
    }
    Typed call(std::forward<Function>(function));
    chosen.run(call, deadline);
    return call.take();
}

}  // namespace curfew
