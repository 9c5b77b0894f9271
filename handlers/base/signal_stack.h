#pragma once

#include "unique_fd.h"

#include <sys/mman.h>

#include <csignal>
#include <cstddef>

namespace curfew {

/// A stack for the signal handlers of the thread that makes it: when its own has overflown, what
/// notes that needs another. Its memory is taken page by page, as it is used.
class SignalStack {
  public:
    SignalStack()
        : memory_(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0)) {
        checked(memory_ == MAP_FAILED ? -1 : 0, "mmap of a signal stack");
        const stack_t stack{.ss_sp = memory_, .ss_flags = 0, .ss_size = size};
        checked(::sigaltstack(&stack, &before_), "sigaltstack");
    }
    ~SignalStack() {
        ::sigaltstack(&before_, nullptr);
        ::munmap(memory_, size);
    }
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

  private:
    static constexpr std::size_t size = 64 << 10;

    void* memory_;
    stack_t before_{};
};

}  // namespace curfew
