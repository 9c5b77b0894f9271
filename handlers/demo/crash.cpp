#include "crash.h"

#include <unistd.h>

#include <cstdlib>

using namespace curfew;

namespace demo {

/// Not even a sanitizer is to come before the kernel.
__attribute__((no_sanitize("undefined"))) void crash_by_null_pointer() {
    // Twice volatile: else the compiler may reason about the null, or drop a write nobody reads.
    volatile int* volatile nowhere = nullptr;
    *nowhere = 42;
    std::abort();
}

Response crash_by_segv(const Request&) { crash_by_null_pointer(); }

Response crash_by_abort(const Request&) { std::abort(); }

Response crash_by_exit(const Request&) { ::_exit(42); }

}  // namespace demo
