#include <curfew/app.h>

#include <csignal>

void routes(curfew::Router&) {
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer has a handler of its own
    ::raise(SIGSEGV);
}
