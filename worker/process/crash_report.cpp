#include "worker/process/crash_report.h"

#include "handlers/base/unique_fd.h"
#include "handlers/context/call_context.h"
#include "handlers/context/copies.h"
#include "worker/process/last_thread.h"

#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>

namespace curfew::worker {

namespace {

CrashNote* own_note = nullptr;
StackDump* own_dump = nullptr;

/// A function's variables lie below the stack pointer that its caller had. One that has more than
/// that of them, and touches the far end first, may miss the guard altogether.
constexpr std::uint64_t largest_frame = 1 << 20;

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool writable = false;
    bool is_main_stack = false;

    [[nodiscard]] bool holds(std::uint64_t address) const noexcept {
        return begin <= address && address < end;
    }
};

/// "7f3bdf020000-7f3bdf082000 rw-p 00000000 fe:00 1234   [stack]"
Range read_range(std::string_view line) noexcept {
    Range range;
    const char* const end = line.data() + line.size();
    const char* at = std::from_chars(line.data(), end, range.begin, 16).ptr;
    if (at == end) return {};
    at = std::from_chars(at + 1, end, range.end, 16).ptr;
    range.writable = end - at > 2 && at[2] == 'w';
    range.is_main_stack = line.ends_with("[stack]");
    return range;
}

std::uint64_t stack_pointer_of(const ucontext_t& context) noexcept {
#if defined(__x86_64__)
    return static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
    return context.uc_mcontext.sp;
#else
    return 0;
#endif
}

void write_note(int signal, const siginfo_t& info, const ucontext_t& context) noexcept {
    auto expected = CrashNote::State::none;
    auto& note = *own_note;
    if (!note.state.compare_exchange_strong(expected, CrashNote::State::begun)) return;
    note.signal = signal;
    note.tid = ::gettid();
    const bool by_kernel = info.si_code > 0;
    const bool by_another = !by_kernel && info.si_pid != ::getpid();
    note.sender = by_another ? info.si_pid : 0;
    if (!by_another) note_last_thread();  // what others send says nothing about a thread
    note.has_address = by_kernel && (signal == SIGSEGV || signal == SIGBUS);
    note.address = note.has_address ? reinterpret_cast<std::uintptr_t>(info.si_addr) : 0;
    note.has_stack = dump_stack(*own_dump, context);
    note.overflow = Overflow::none;  // a worker that was here before may have had one
    if (note.has_stack && note.has_address) {
        const auto maps = std::string_view(own_dump->maps, own_dump->maps_size);
        const auto overflown = overflown_stack(maps, note.address, stack_pointer_of(context),
                                               call_context().parking != nullptr);
        note.overflow = overflown.kind;
        note.stack_size = overflown.size;
    }
    note.state.store(CrashNote::State::written);
}

/// What the code did is done again when this has returned, and ends the process then. Some is not,
/// and what was sent is not: then the signal is sent again.
void on_crash(int signal, siginfo_t* info, void* context) noexcept {
    const int error = errno;
    ::signal(signal, SIG_DFL);
    if (!is_copy()) write_note(signal, *info, *static_cast<const ucontext_t*>(context));
    if (info->si_code <= 0 || signal == SIGTRAP || signal == SIGSYS) ::raise(signal);
    errno = error;
}

}  // namespace

OverflownStack overflown_stack(std::string_view maps, std::uint64_t address,
                               std::uint64_t stack_pointer, bool on_fiber) noexcept {
    const auto distance =
        address < stack_pointer ? stack_pointer - address : address - stack_pointer;
    if (distance > largest_frame) return {};
    // It has been touched where there is nothing to write to; the stack is what comes next.
    while (!maps.empty()) {
        const auto end = std::min(maps.find('\n'), maps.size());
        const auto range = read_range(maps.substr(0, end));
        maps.remove_prefix(std::min(end + 1, maps.size()));
        // Code that runs beyond the upper end of its stack is something else.
        if (range.holds(stack_pointer) && range.writable && range.end <= address) return {};
        if (range.end <= address) continue;
        if (range.holds(address) && range.writable) return {};
        if (range.holds(address) || !range.writable) continue;
        if (range.begin - address > largest_frame) return {};
        const auto kind = range.is_main_stack ? Overflow::process
                          : on_fiber          ? Overflow::fiber
                                              : Overflow::thread;
        return {.kind = kind, .size = range.end - range.begin};
    }
    return {};
}

void note_crashes_in(CrashNote& note, StackDump& dump) {
    own_note = &note;
    own_dump = &dump;
    struct sigaction action {};
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigfillset(&action.sa_mask);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) {
        struct sigaction before {};
        checked(::sigaction(signal, nullptr, &before), "sigaction");
        if (before.sa_handler != SIG_DFL) continue;  // a sanitizer's, which says more
        checked(::sigaction(signal, &action, nullptr), "sigaction");
    }
}

}  // namespace curfew::worker
