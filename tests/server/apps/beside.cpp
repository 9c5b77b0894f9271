#include "beside.h"

const char* beside() { return "from beside\n"; }

[[gnu::no_sanitize("undefined")]] void crash_beside() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}
