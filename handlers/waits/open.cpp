// open() and fopen(), which replace libc's own: see README.md in this folder. The open of a FIFO
// waits for its other end.
#include "inside_libc.h"
#include "may_block.h"

#include <fcntl.h>

#include <cstdarg>
#include <cstdio>

namespace curfew {

namespace {

/// With these flags open() never waits, whatever the file is.
bool never_waits(int flags) noexcept {
    constexpr int at_once = O_NONBLOCK | O_DIRECTORY | O_PATH;
    return (flags & at_once) != 0 || (flags & O_ACCMODE) == O_RDWR ||
           (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
}

/// On a thread the kind of file is not asked for, because that costs a system call.
template <typename Call>
auto opening(int directory, const char* path, Call call) -> decltype(call()) {
    if (current_context.parking && !opening_may_block(directory, path)) return call();
    return inside_libc(
        "open", [] { return EIO; }, call);
}

template <typename Call>
int open_within_limit(int directory, const char* path, int flags, Call call) {
    return unlimited() || never_waits(flags) ? call() : opening(directory, path, call);
}

using Open = int (*)(const char*, int, ...);
using OpenAt = int (*)(int, const char*, int, ...);
using OpenFile = FILE* (*)(const char*, const char*);
using ReopenFile = FILE* (*)(const char*, const char*, FILE*);

}  // namespace

}  // namespace curfew

// Defined by their symbols, because headers may rename one to the other.
extern "C" {

#define CURFEW_OPENS(name)                                                           \
    int curfew_##name(const char* path, int flags, ...) __asm__(#name);              \
    int curfew_##name(const char* path, int flags, ...) {                            \
        static const auto real = curfew::libc_definition<curfew::Open>(#name);       \
        va_list arguments;                                                           \
        va_start(arguments, flags);                                                  \
        const auto mode = va_arg(arguments, mode_t); /* as libc, if there is none */ \
        va_end(arguments);                                                           \
        return curfew::open_within_limit(AT_FDCWD, path, flags,                      \
                                         [=] { return real(path, flags, mode); });   \
    }
CURFEW_OPENS(open)
CURFEW_OPENS(open64)
CURFEW_OPENS(__open)
CURFEW_OPENS(__open64)
#undef CURFEW_OPENS

#define CURFEW_OPENS_AT(name)                                                                 \
    int curfew_##name(int directory, const char* path, int flags, ...) __asm__(#name);        \
    int curfew_##name(int directory, const char* path, int flags, ...) {                      \
        static const auto real = curfew::libc_definition<curfew::OpenAt>(#name);              \
        va_list arguments;                                                                    \
        va_start(arguments, flags);                                                           \
        const auto mode = va_arg(arguments, mode_t);                                          \
        va_end(arguments);                                                                    \
        return curfew::open_within_limit(directory, path, flags,                              \
                                         [=] { return real(directory, path, flags, mode); }); \
    }
CURFEW_OPENS_AT(openat)
CURFEW_OPENS_AT(openat64)
#undef CURFEW_OPENS_AT

/// What headers call instead in code that was compiled with _FORTIFY_SOURCE.
int __open_2(const char* path, int flags) { return curfew_open(path, flags, 0); }
int __open64_2(const char* path, int flags) { return curfew_open64(path, flags, 0); }
int __openat_2(int directory, const char* path, int flags) {
    return curfew_openat(directory, path, flags, 0);
}
int __openat64_2(int directory, const char* path, int flags) {
    return curfew_openat64(directory, path, flags, 0);
}

int curfew_creat(const char* path, mode_t mode) __asm__("creat");
int curfew_creat(const char* path, mode_t mode) {
    return curfew_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}
int curfew_creat64(const char* path, mode_t mode) __asm__("creat64");
int curfew_creat64(const char* path, mode_t mode) {
    return curfew_open64(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

#define CURFEW_OPENS_FILE(name)                                                         \
    FILE* curfew_##name(const char* path, const char* mode) __asm__(#name);             \
    FILE* curfew_##name(const char* path, const char* mode) {                           \
        static const auto real = curfew::libc_definition<curfew::OpenFile>(#name);      \
        return curfew::unlimited()                                                      \
                   ? real(path, mode)                                                   \
                   : curfew::opening(AT_FDCWD, path, [=] { return real(path, mode); }); \
    }
CURFEW_OPENS_FILE(fopen)
CURFEW_OPENS_FILE(fopen64)
#undef CURFEW_OPENS_FILE

#define CURFEW_REOPENS_FILE(name)                                                             \
    FILE* curfew_##name(const char* path, const char* mode, FILE* file) __asm__(#name);       \
    FILE* curfew_##name(const char* path, const char* mode, FILE* file) {                     \
        static const auto real = curfew::libc_definition<curfew::ReopenFile>(#name);          \
        return curfew::unlimited() || !path                                                   \
                   ? real(path, mode, file)                                                   \
                   : curfew::opening(AT_FDCWD, path, [=] { return real(path, mode, file); }); \
    }
CURFEW_REOPENS_FILE(freopen)
CURFEW_REOPENS_FILE(freopen64)
#undef CURFEW_REOPENS_FILE

}  // extern "C"
