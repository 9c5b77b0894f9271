#include <curfew/app.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

/// At once; or, if that names a file, once it is there, and makes it.
void routes(curfew::Router&) {
    const char* const file = std::getenv("EXITS_AFTER");
    if (!file || ::access(file, F_OK) == 0) ::_exit(42);
    ::close(::creat(file, 0644));
}
