#pragma once

#include "libc.h"

#include <atomic>

namespace curfew {

/// libc's own definition of a function that is no system call (for those see LibcFunction). It is
/// found at its first call, and costs one load and a branch afterwards. Constant-initialized,
/// because constructors of libraries call these functions before those of this executable.
template <typename Function>
class Real;

template <typename Result, typename... Arguments>
class Real<Result (*)(Arguments...)> {
  public:
    constexpr explicit Real(const char* name, const char* version = nullptr) noexcept
        : name_(name), version_(version) {}

    Result operator()(Arguments... arguments) noexcept(false) { return get()(arguments...); }

    [[nodiscard]] Result (*get() noexcept)(Arguments...) {
        auto* found = found_.load(std::memory_order_relaxed);
        if (!found) [[unlikely]] {
            found = libc_definition<Result (*)(Arguments...)>(name_, version_);
            found_.store(found, std::memory_order_relaxed);
        }
        return found;
    }

  private:
    const char* const name_;
    const char* const version_;
    std::atomic<Result (*)(Arguments...)> found_{nullptr};
};

}  // namespace curfew
