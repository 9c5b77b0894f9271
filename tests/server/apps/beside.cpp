#include "beside.h"

const char* beside() { return "from beside\n"; }

void crash_beside() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}
