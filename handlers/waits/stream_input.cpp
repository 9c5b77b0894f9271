// The functions of stdio that read, which replace libc's own: see README.md in this folder. They
// are defined by their symbols, because headers define some of them as macros or inline.
#include "stream.h"

#include <cstdarg>
#include <cstdint>
#include <limits>

namespace curfew {

namespace {

template <typename Function>
int get(Function real, FILE* file) {
    return unlimited() || read_ahead(file) > 0 ? real(file)
                                               : waiting_on(file, [=] { return real(file); });
}

/// For functions that libc calls once the buffer is empty, or whose needs nobody knows.
template <typename Call>
auto fill(FILE* file, Call call) {
    return unlimited() ? call() : waiting_on(file, call);
}

template <typename Call>
std::size_t read(FILE* file, std::size_t size, std::size_t count, Call call) {
    std::size_t bytes = 0;
    if (unlimited() || __builtin_mul_overflow(size, count, &bytes) || read_ahead(file) >= bytes)
        return call();
    return waiting_on(file, call);
}

template <typename Call>
char* read_line(FILE* file, int size, Call call) {
    if (unlimited() || size < 2 || has_read(file, static_cast<std::size_t>(size - 1), '\n'))
        return call();
    return waiting_on(file, call);
}

template <typename Call>
ssize_t read_until(FILE* file, int delimiter, Call call) {
    constexpr auto everything = std::numeric_limits<std::size_t>::max();
    return unlimited() || has_read(file, everything, delimiter) ? call() : waiting_on(file, call);
}

using Get = int (*)(FILE*);
using Read = std::size_t (*)(void*, std::size_t, std::size_t, FILE*);
using CheckedRead = std::size_t (*)(void*, std::size_t, std::size_t, std::size_t, FILE*);
using Line = char* (*)(char*, int, FILE*);
using CheckedLine = char* (*)(char*, std::size_t, int, FILE*);
using Until = ssize_t (*)(char**, std::size_t*, int, FILE*);
using Scan = int (*)(FILE*, const char*, va_list);

int scan(Scan real, FILE* file, const char* format, va_list arguments) {
    struct Copy {
        va_list list;
    } copy;
    va_copy(copy.list, arguments);
    const int result = fill(file, [&] { return real(file, format, copy.list); });
    va_end(copy.list);
    return result;
}

Scan real_scan() {
    static const auto real = libc_definition<Scan>("vfscanf");
    return real;
}

Scan real_c99_scan() {
    static const auto real = libc_definition<Scan>("__isoc99_vfscanf");
    return real;
}

}  // namespace

}  // namespace curfew

extern "C" {

#define CURFEW_GETS_BYTE(name)                                                \
    int curfew_##name(FILE* file) __asm__(#name);                             \
    int curfew_##name(FILE* file) {                                           \
        static const auto real = curfew::libc_definition<curfew::Get>(#name); \
        return curfew::get(real, file);                                       \
    }
CURFEW_GETS_BYTE(fgetc)
CURFEW_GETS_BYTE(fgetc_unlocked)
CURFEW_GETS_BYTE(getc)
CURFEW_GETS_BYTE(_IO_getc)
CURFEW_GETS_BYTE(getc_unlocked)
CURFEW_GETS_BYTE(__uflow)
CURFEW_GETS_BYTE(__underflow)
#undef CURFEW_GETS_BYTE

int curfew_getchar() __asm__("getchar");
int curfew_getchar() { return curfew_fgetc(stdin); }
int curfew_getchar_unlocked() __asm__("getchar_unlocked");
int curfew_getchar_unlocked() { return curfew_fgetc_unlocked(stdin); }

#define CURFEW_READS(name)                                                                   \
    std::size_t curfew_##name(void* to, std::size_t size, std::size_t count,                 \
                              FILE* file) __asm__(#name);                                    \
    std::size_t curfew_##name(void* to, std::size_t size, std::size_t count, FILE* file) {   \
        static const auto real = curfew::libc_definition<curfew::Read>(#name);               \
        return curfew::read(file, size, count, [=] { return real(to, size, count, file); }); \
    }
CURFEW_READS(fread)
CURFEW_READS(fread_unlocked)
#undef CURFEW_READS

#define CURFEW_READS_CHECKED(name)                                                                 \
    std::size_t curfew_##name(void* to, std::size_t room, std::size_t size, std::size_t count,     \
                              FILE* file) __asm__(#name);                                          \
    std::size_t curfew_##name(void* to, std::size_t room, std::size_t size, std::size_t count,     \
                              FILE* file) {                                                        \
        static const auto real = curfew::libc_definition<curfew::CheckedRead>(#name);              \
        return curfew::read(file, size, count, [=] { return real(to, room, size, count, file); }); \
    }
CURFEW_READS_CHECKED(__fread_chk)
CURFEW_READS_CHECKED(__fread_unlocked_chk)
#undef CURFEW_READS_CHECKED

#define CURFEW_READS_LINE(name)                                                     \
    char* curfew_##name(char* to, int size, FILE* file) __asm__(#name);             \
    char* curfew_##name(char* to, int size, FILE* file) {                           \
        static const auto real = curfew::libc_definition<curfew::Line>(#name);      \
        return curfew::read_line(file, size, [=] { return real(to, size, file); }); \
    }
CURFEW_READS_LINE(fgets)
CURFEW_READS_LINE(fgets_unlocked)
#undef CURFEW_READS_LINE

#define CURFEW_READS_LINE_CHECKED(name)                                                   \
    char* curfew_##name(char* to, std::size_t room, int size, FILE* file) __asm__(#name); \
    char* curfew_##name(char* to, std::size_t room, int size, FILE* file) {               \
        static const auto real = curfew::libc_definition<curfew::CheckedLine>(#name);     \
        return curfew::read_line(file, size, [=] { return real(to, room, size, file); }); \
    }
CURFEW_READS_LINE_CHECKED(__fgets_chk)
CURFEW_READS_LINE_CHECKED(__fgets_unlocked_chk)
#undef CURFEW_READS_LINE_CHECKED

#define CURFEW_READS_UNTIL(name)                                                       \
    ssize_t curfew_##name(char** line, std::size_t* size, int delimiter,               \
                          FILE* file) __asm__(#name);                                  \
    ssize_t curfew_##name(char** line, std::size_t* size, int delimiter, FILE* file) { \
        static const auto real = curfew::libc_definition<curfew::Until>(#name);        \
        return curfew::read_until(file, delimiter,                                     \
                                  [=] { return real(line, size, delimiter, file); });  \
    }
CURFEW_READS_UNTIL(getdelim)
CURFEW_READS_UNTIL(__getdelim)
#undef CURFEW_READS_UNTIL

ssize_t curfew_getline(char** line, std::size_t* size, FILE* file) __asm__("getline");
ssize_t curfew_getline(char** line, std::size_t* size, FILE* file) {
    return curfew_getdelim(line, size, '\n', file);
}

int curfew_vfscanf(FILE* file, const char* format, va_list arguments) __asm__("vfscanf");
int curfew_vfscanf(FILE* file, const char* format, va_list arguments) {
    return curfew::scan(curfew::real_scan(), file, format, arguments);
}

int curfew_fscanf(FILE* file, const char* format, ...) __asm__("fscanf");
int curfew_fscanf(FILE* file, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = curfew::scan(curfew::real_scan(), file, format, arguments);
    va_end(arguments);
    return result;
}

int curfew_c99_vfscanf(FILE* file, const char* format,
                       va_list arguments) __asm__("__isoc99_vfscanf");
int curfew_c99_vfscanf(FILE* file, const char* format, va_list arguments) {
    return curfew::scan(curfew::real_c99_scan(), file, format, arguments);
}

int curfew_c99_fscanf(FILE* file, const char* format, ...) __asm__("__isoc99_fscanf");
int curfew_c99_fscanf(FILE* file, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = curfew::scan(curfew::real_c99_scan(), file, format, arguments);
    va_end(arguments);
    return result;
}

}  // extern "C"
