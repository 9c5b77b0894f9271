#include <curfew/app.h>

#include <unistd.h>

void routes(curfew::Router&) { ::_exit(42); }
