#include "worker/shared/stack_dump.h"

#include "handlers/base/signal_stack.h"
#include "handlers/base/stack_signal.h"
#include "handlers/base/unique_fd.h"

#include <execinfo.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace curfew::worker {

namespace {

StackDump* own_dump = nullptr;

std::uintptr_t interrupted_address(const ucontext_t& context) noexcept {
#if defined(__x86_64__)
    return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
    return context.uc_mcontext.pc;
#else
    return 0;
#endif
}

std::uint32_t store_stack(StackDump& dump, const ucontext_t& context) noexcept {
    // With room for the frames of the signal handler itself.
    void* found[StackDump::most_frames + 4];
    void** const end = found + ::backtrace(found, std::size(found));
    void** first = std::find(found, end, reinterpret_cast<void*>(interrupted_address(context)));
    if (first == end) first = found;
    std::uint32_t count = 0;
    for (; first != end && count < StackDump::most_frames; ++first) {
        dump.addresses[count++] = reinterpret_cast<std::uintptr_t>(*first);
    }
    return count;
}

std::uint32_t store_maps(StackDump& dump) noexcept {
    const int fd = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    std::size_t size = 0;
    ssize_t got = 0;
    while (fd >= 0 && size < sizeof dump.maps &&
           (got = ::read(fd, dump.maps + size, sizeof dump.maps - size)) > 0) {
        size += static_cast<std::size_t>(got);
    }
    if (fd >= 0) ::close(fd);
    return static_cast<std::uint32_t>(size);
}

/// Copies a fiber's stack from that address on, to its end. process_vm_readv() stops at the first
/// page that is not mapped.
std::uint32_t store_memory(StackDump& dump, std::uint64_t address) noexcept {
    constexpr std::size_t page = 4096;
    iovec pages[StackDump::most_memory / page];
    std::size_t size = 0;
    for (auto& each : pages) {
        const auto at = address + size;
        const auto part = std::min(page - at % page, StackDump::most_memory - size);
        each = {.iov_base = reinterpret_cast<void*>(at), .iov_len = part};
        size += part;
    }
    const iovec here{.iov_base = dump.memory, .iov_len = sizeof dump.memory};
    const auto got = ::process_vm_readv(::getpid(), &here, 1, pages, std::size(pages), 0);
    return got > 0 ? static_cast<std::uint32_t>(got) : 0;
}

/// Async-signal-safe: nothing in it allocates or locks.
void answer(int, siginfo_t*, void* context) noexcept {
    const int error = errno;
    StackDump& dump = *own_dump;
    if (!dump.busy.exchange(true)) {
        const auto question = dump.asked.load();
        dump.tid = ::gettid();
        dump.frames = 0;
        dump.memory_size = 0;
        if (dump.parked != 0) {
            dump.memory_size = store_memory(dump, dump.parked);
        } else {
            dump.frames = store_stack(dump, *static_cast<const ucontext_t*>(context));
        }
        dump.maps_size = store_maps(dump);
        dump.answered.store(question);
        dump.busy.store(false);
    }
    errno = error;
}

}  // namespace

bool dump_stack(StackDump& dump, const ucontext_t& context) noexcept {
    if (dump.busy.exchange(true)) return false;
    dump.tid = ::gettid();
    dump.memory_size = 0;
    dump.maps_size = store_maps(dump);
    dump.frames = store_stack(dump, context);
    return true;
}

void answer_with_stacks_in(StackDump& dump) {
    own_dump = &dump;
    dump.busy.store(false);  // the worker before may have died while it answered
    void* warm_up[1];
    ::backtrace(warm_up, 1);  // the first call loads a library

    // A handler may be stuck at the end of its stack, and the stacks of fibers are small.
    static SignalStack& stack = *new SignalStack;
    static_cast<void>(stack);
    struct sigaction action {};
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    ::sigfillset(&action.sa_mask);
    checked(::sigaction(stack_signal(), &action, nullptr), "sigaction");
}

}  // namespace curfew::worker
