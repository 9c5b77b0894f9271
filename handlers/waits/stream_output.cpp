// The functions of stdio that write, which replace libc's own: see README.md in this folder. They
// are defined by their symbols, because headers define some of them as macros or inline.
#include "../context/disk_files.h"
#include "../context/own_descriptors.h"
#include "stream.h"

#include <cstdarg>
#include <cstring>

namespace curfew {

namespace {

using Put = int (*)(int, FILE*);
using Puts = int (*)(const char*, FILE*);
using Write = std::size_t (*)(const void*, std::size_t, std::size_t, FILE*);
using Print = int (*)(FILE*, const char*, va_list);
using CheckedPrint = int (*)(FILE*, int, const char*, va_list);
using Flush = int (*)(FILE*);

int put(Put real, int byte, FILE* file) {
    return unlimited() || has_room(file, 1) ? real(byte, file)
                                            : waiting_on(file, [=] { return real(byte, file); });
}

int put_text(Puts real, const char* text, FILE* file) {
    return unlimited() || has_room(file, std::strlen(text))
               ? real(text, file)
               : waiting_on(file, [=] { return real(text, file); });
}

std::size_t write(Write real, const void* from, std::size_t size, std::size_t count, FILE* file) {
    std::size_t bytes = 0;
    if (unlimited() || (!__builtin_mul_overflow(size, count, &bytes) && has_room(file, bytes)))
        return real(from, size, count, file);
    return waiting_on(file, [=] { return real(from, size, count, file); });
}

/// Nobody knows how long the text will be.
template <typename Real>
int print(FILE* file, va_list arguments, Real real) {
    if (unlimited()) return real(arguments);
    struct Copy {
        va_list list;
    } copy;
    va_copy(copy.list, arguments);
    const int result = waiting_on(file, [&] { return real(copy.list); });
    va_end(copy.list);
    return result;
}

int print(FILE* file, const char* format, va_list arguments) {
    static const auto real = libc_definition<Print>("vfprintf");
    return print(file, arguments, [=](va_list list) { return real(file, format, list); });
}

int print_checked(FILE* file, int flag, const char* format, va_list arguments) {
    static const auto real = libc_definition<CheckedPrint>("__vfprintf_chk");
    return print(file, arguments, [=](va_list list) { return real(file, flag, format, list); });
}

bool has_output(const FILE* file) noexcept { return file->_IO_write_ptr > file->_IO_write_base; }

/// All streams at once wait for all that is open: which error it is then, nobody knows.
int flush(Flush real, FILE* file) {
    if (unlimited() || (file && !has_output(file))) return real(file);
    if (file) return waiting_on(file, [=] { return real(file); });
    return inside_libc(
        "stdio", [] { return EIO; }, [=] { return real(nullptr); });
}

}  // namespace

}  // namespace curfew

extern "C" {

#define CURFEW_PUTS_BYTE(name)                                                \
    int curfew_##name(int byte, FILE* file) __asm__(#name);                   \
    int curfew_##name(int byte, FILE* file) {                                 \
        static const auto real = curfew::libc_definition<curfew::Put>(#name); \
        return curfew::put(real, byte, file);                                 \
    }
CURFEW_PUTS_BYTE(fputc)
CURFEW_PUTS_BYTE(fputc_unlocked)
CURFEW_PUTS_BYTE(putc)
CURFEW_PUTS_BYTE(_IO_putc)
CURFEW_PUTS_BYTE(putc_unlocked)
#undef CURFEW_PUTS_BYTE

int curfew_putchar(int byte) __asm__("putchar");
int curfew_putchar(int byte) { return curfew_fputc(byte, stdout); }
int curfew_putchar_unlocked(int byte) __asm__("putchar_unlocked");
int curfew_putchar_unlocked(int byte) { return curfew_fputc_unlocked(byte, stdout); }

/// What the inline putc_unlocked() calls if the buffer is full.
int curfew_overflow(FILE* file, int byte) __asm__("__overflow");
int curfew_overflow(FILE* file, int byte) {
    using namespace curfew;
    static const auto real = libc_definition<int (*)(FILE*, int)>("__overflow");
    return unlimited() ? real(file, byte) : waiting_on(file, [=] { return real(file, byte); });
}

#define CURFEW_PUTS_TEXT(name)                                                 \
    int curfew_##name(const char* text, FILE* file) __asm__(#name);            \
    int curfew_##name(const char* text, FILE* file) {                          \
        static const auto real = curfew::libc_definition<curfew::Puts>(#name); \
        return curfew::put_text(real, text, file);                             \
    }
CURFEW_PUTS_TEXT(fputs)
CURFEW_PUTS_TEXT(fputs_unlocked)
#undef CURFEW_PUTS_TEXT

int curfew_puts(const char* text) __asm__("puts");
int curfew_puts(const char* text) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::puts)>("puts");
    return unlimited() ? real(text) : waiting_on(stdout, [=] { return real(text); });
}

#define CURFEW_WRITES(name)                                                                        \
    std::size_t curfew_##name(const void* from, std::size_t size, std::size_t count,               \
                              FILE* file) __asm__(#name);                                          \
    std::size_t curfew_##name(const void* from, std::size_t size, std::size_t count, FILE* file) { \
        static const auto real = curfew::libc_definition<curfew::Write>(#name);                    \
        return curfew::write(real, from, size, count, file);                                       \
    }
CURFEW_WRITES(fwrite)
CURFEW_WRITES(fwrite_unlocked)
#undef CURFEW_WRITES

#define CURFEW_FLUSHES(name)                                                    \
    int curfew_##name(FILE* file) __asm__(#name);                               \
    int curfew_##name(FILE* file) {                                             \
        static const auto real = curfew::libc_definition<curfew::Flush>(#name); \
        return curfew::flush(real, file);                                       \
    }
CURFEW_FLUSHES(fflush)
CURFEW_FLUSHES(fflush_unlocked)
#undef CURFEW_FLUSHES

int curfew_vfprintf(FILE* file, const char* format, va_list arguments) __asm__("vfprintf");
int curfew_vfprintf(FILE* file, const char* format, va_list arguments) {
    return curfew::print(file, format, arguments);
}

int curfew_fprintf(FILE* file, const char* format, ...) __asm__("fprintf");
int curfew_fprintf(FILE* file, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = curfew::print(file, format, arguments);
    va_end(arguments);
    return result;
}

int curfew_vprintf(const char* format, va_list arguments) __asm__("vprintf");
int curfew_vprintf(const char* format, va_list arguments) {
    return curfew::print(stdout, format, arguments);
}

int curfew_printf(const char* format, ...) __asm__("printf");
int curfew_printf(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = curfew::print(stdout, format, arguments);
    va_end(arguments);
    return result;
}

/// What headers call instead in code that was compiled with _FORTIFY_SOURCE.
int curfew_vfprintf_chk(FILE* file, int flag, const char* format,
                        va_list arguments) __asm__("__vfprintf_chk");
int curfew_vfprintf_chk(FILE* file, int flag, const char* format, va_list arguments) {
    return curfew::print_checked(file, flag, format, arguments);
}

int curfew_fprintf_chk(FILE* file, int flag, const char* format, ...) __asm__("__fprintf_chk");
int curfew_fprintf_chk(FILE* file, int flag, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = curfew::print_checked(file, flag, format, arguments);
    va_end(arguments);
    return result;
}

int curfew_printf_chk(int flag, const char* format, ...) __asm__("__printf_chk");
int curfew_printf_chk(int flag, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = curfew::print_checked(stdout, flag, format, arguments);
    va_end(arguments);
    return result;
}

/// libc's fclose() calls neither our close() nor our fflush().
int curfew_fclose(FILE* file) __asm__("fclose");
int curfew_fclose(FILE* file) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::fclose)>("fclose");
    if (file && refuses_use(::fileno(file))) {
        std::fflush(file);
        errno = EBADF;
        return EOF;
    }
    if (file) disk_files.remove(::fileno(file));
    return unlimited() || !has_output(file) ? real(file)
                                            : waiting_on(file, [=] { return real(file); });
}

}  // extern "C"
