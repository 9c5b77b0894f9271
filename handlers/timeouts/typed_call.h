#pragma once

#include "serializable.h"
#include "strategy.h"

#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace curfew::detail {

/// A function, or a member of a type, and not an object with an operator().
template <typename Function>
inline constexpr bool plain = std::is_member_pointer_v<Function> ||
                              (std::is_pointer_v<Function> &&
                               std::is_function_v<std::remove_pointer_t<Function>>);

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

    /// True if the function can be called in another process: a pointer means the same in a fork of
    /// this process, and a function object without state can be made anew.
    static constexpr bool captures_nothing =
        plain<Function> || (std::is_empty_v<Function> && std::default_initializable<Function>);
    static constexpr bool arguments_serializable = (is_serializable<Arguments> && ...);
    static constexpr bool result_serializable = is_serializable<Result>;

    [[nodiscard]] Entry entry() const override {
        if constexpr (!captures_nothing) refuse_captures();
        (check_serializable<Arguments>("argument"), ...);
        check_result();
        Entry found = nullptr;
        if constexpr (captures_nothing && arguments_serializable && result_serializable) {
            found = [](Payload payload) {
                auto call = unpacked(std::move(payload));
                call.run();
                return call.result();
            };
        }
        return found;
    }

    [[nodiscard]] Payload arguments() const override {
        Packer packer;
        if constexpr (plain<Function>) packer.bytes(&function_, sizeof function_);
        if constexpr (arguments_serializable) packer(arguments_);
        return packer.take();
    }

    void check_result() const override { check_serializable<Result>("result"); }

    [[nodiscard]] Payload result() override {
        rethrow();
        if constexpr (std::is_void_v<Result> || !result_serializable) {
            return {};
        } else {
            return pack(*result_);
        }
    }

    void accept(Payload payload) override {
        if constexpr (!std::is_void_v<Result> && result_serializable) {
            result_.emplace(unpack<Result>(std::move(payload)));
        }
    }

  private:
    static TypedCall unpacked(Payload payload) {
        Unpacker unpacker(std::move(payload));
        Function function{};
        if constexpr (plain<Function>) unpacker.bytes(&function, sizeof function);
        std::tuple<Arguments...> arguments;
        unpacker(arguments);
        return TypedCall(Unpacked{}, std::move(function), std::move(arguments));
    }

    struct Unpacked {};
    TypedCall(Unpacked, Function function, std::tuple<Arguments...>&& arguments)
        : function_(std::move(function)), arguments_(std::move(arguments)) {}

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

}  // namespace curfew::detail
