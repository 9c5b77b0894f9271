#include "beside.h"

const char* beside() { return "from beside\n"; }
