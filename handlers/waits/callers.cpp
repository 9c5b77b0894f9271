#include "callers.h"

#include "../base/error.h"
#include "call_site.h"
#include "exception_path.h"
#include "module.h"

#include <dlfcn.h>

#include <exception>
#include <string_view>
#include <system_error>

namespace curfew {

namespace {

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
constexpr bool sanitized = true;  // their code is between the call and the check
#else
constexpr bool sanitized = false;
#endif

/// Follows the result of a call through its callers, until one throws it as std::system_error.
class ErrorPath final : public FrameVisitor {
  public:
    explicit ErrorPath(const void* from) noexcept : from_(from) {}

    bool visit(const StackFrame& frame) override {
        begun_ = begun_ || frame.return_address == from_;
        if (!begun_) return true;
        const auto* from = frame.return_address;
        if (!thrown_) {
            const auto site = CallSite::read(frame.return_address);
            if (site.use == CallSite::Use::returned) return true;
            if (site.use == CallSite::Use::unknown) return false;
            thrown_ = true;
            from = site.throws_at;
        }
        passage_ = frame.passage(from, typeid(std::system_error));
        return passage_ == Passage::passes;
    }

    [[nodiscard]] bool is_caught() const noexcept { return passage_ == Passage::caught; }

  private:
    const void* from_;
    bool begun_ = false;
    bool thrown_ = false;
    Passage passage_ = Passage::passes;
};

/// The functions of libstdc++ through which an exception may pass. The C++ library's headers are
/// compiled into the module of their user.
bool is_of_cpp_library(const void* return_address) noexcept {
    Dl_info info{};
    if (::dladdr(return_address, &info) == 0) return false;
    const std::string_view function = info.dli_sname ? info.dli_sname : "";
    return function.starts_with("_ZNSt28__atomic_futex_unsigned_base") ||
           function.starts_with("_ZNSt18condition_variable") ||
           Module(return_address).imports("_ZNSt18condition_variable");
}

/// The functions of the C++ library that are compiled into their users throw this one.
bool throws_system_error(const void* return_address) noexcept {
    return Module(return_address).imports("_ZSt20__throw_system_errori");
}

}  // namespace

bool learns_of_timeouts(const void* return_address) noexcept {
    if (std::uncaught_exceptions() > 0) return false;
    ErrorPath path(return_address);
    path.walk();
    return path.is_caught() || (sanitized && throws_system_error(return_address));
}

bool takes_exceptions(const void* return_address) noexcept {
    return std::uncaught_exceptions() == 0 && is_of_cpp_library(return_address) &&
           would_be_caught(return_address, typeid(TimeoutError));
}

bool looks_at_the_time(const void* return_address) noexcept {
    return Module(return_address).imports("_ZNSt18condition_variable");
}

bool asks_the_clock(const void* return_address) noexcept {
    return throws_system_error(return_address);
}

}  // namespace curfew
