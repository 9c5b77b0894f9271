#include "fiber_switch.h"

#include <cxxabi.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace curfew {

namespace {

/// The first members of the structure that the C++ ABI keeps for each thread (Itanium C++ ABI:
/// Exception Handling, section 2.2.2).
struct Exceptions {
    void* caught;
    unsigned int uncaught;
};

Exceptions& exceptions() noexcept {
    return *reinterpret_cast<Exceptions*>(abi::__cxa_get_globals());
}

}  // namespace

void FiberSwitch::begin([[maybe_unused]] Stack stack) noexcept {
    stack_ = stack;
#ifdef __SANITIZE_THREAD__
    tsan_fiber_ = __tsan_create_fiber(0);
#endif
}

void FiberSwitch::end() noexcept {
#ifdef __SANITIZE_THREAD__
    __tsan_destroy_fiber(tsan_fiber_);
#endif
}

void FiberSwitch::leave([[maybe_unused]] const FiberSwitch& to,
                        [[maybe_unused]] bool last) noexcept {
    caught_ = exceptions().caught;
    uncaught_ = exceptions().uncaught;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(last ? nullptr : &fake_stack_, to.stack_.bottom, to.stack_.size);
#endif
#ifdef __SANITIZE_THREAD__
    tsan_fiber_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to.tsan_fiber_, 0);
#endif
}

void FiberSwitch::arrive([[maybe_unused]] FiberSwitch& from) noexcept {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fake_stack_, &from.stack_.bottom, &from.stack_.size);
#endif
    exceptions().caught = caught_;
    exceptions().uncaught = uncaught_;
}

}  // namespace curfew
