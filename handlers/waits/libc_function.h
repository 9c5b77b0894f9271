#pragma once

#include "libc.h"

#include <unistd.h>

namespace curfew {

/// The system call itself, with zeros for the arguments that libc's function does not have.
template <long number>
constexpr auto system_call =
    [](auto... arguments) { return ::syscall(number, arguments..., 0L, 0L); };

/// libc's own definition of a function that this executable defines as well. The constructor looks
/// it up, before main(): signal handlers may not do it, and keepers have no dynamic linker. Callers
/// may come sooner, from the constructors of libraries. They get `system_call`.
template <typename Function, auto system_call>
class LibcFunction {
  public:
    explicit LibcFunction(const char* name) noexcept
        : function_(libc_definition<Function*>(name)) {}

    template <typename... Arguments>
    auto operator()(Arguments... arguments) const {
        using Result = decltype(function_(arguments...));
        return function_ ? function_(arguments...) : static_cast<Result>(system_call(arguments...));
    }

  private:
    Function* function_;
};

}  // namespace curfew
