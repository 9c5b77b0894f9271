#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace curfew::detail {

/// The name of a strategy that is to run a `Typed`, a TypedCall. If it is a literal, a call that
/// cannot go where the strategy runs it does not compile, and the compiler shows the line that says
/// why. A name that is chosen at run time is refused at run time, by an exception.
template <typename Typed>
class StrategyName {
  public:
    template <std::size_t N>
    consteval StrategyName(const char (&literal)[N]) : name_(literal) {  // NOLINT: implicit
        if (name_ == "process") {
            if constexpr (!Typed::captures_nothing) {
                throw "strategy process: a function with captures cannot run in another process. "
                      "Pass what it needs as arguments, or use strategy fork.";
            }
            if constexpr (!Typed::arguments_serializable) {
                throw "strategy process: an argument is of a type that cannot go to another "
                      "process. See curfew/timeouts/serializable.h, or use strategy fork.";
            }
        }
        if (name_ == "process" || name_ == "fork") {
            if constexpr (!Typed::result_serializable) {
                throw "strategies process and fork: the result is of a type that cannot come from "
                      "another process. See curfew/timeouts/serializable.h.";
            }
        }
    }

    template <std::size_t N>
    StrategyName(char (&text)[N]) noexcept : name_(text) {}  // NOLINT: implicit

    template <typename Text>
    requires std::convertible_to<const Text&, std::string_view> &&
        (!std::is_array_v<Text>)StrategyName(const Text& text)
        : name_(text) {}  // NOLINT: implicit

    [[nodiscard]] std::string_view text() const noexcept { return name_; }

  private:
    std::string_view name_;
};

}  // namespace curfew::detail
