// syscall() for futexes, by which the C++ library makes std::future, std::atomic::wait(),
// std::latch and std::counting_semaphore wait: see README.md in this folder. Every other system
// call is passed on.
#include "../base/error.h"
#include "callers.h"
#include "clocks.h"
#include "parking_lot.h"
#include "real.h"
#include "waits_on.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <optional>

namespace curfew {

namespace {

constinit Real<long (*)(long, long, long, long, long, long, long)> real_syscall("syscall");

/// Found before main(): a keeper, which has no dynamic linker any more, makes system calls.
[[gnu::constructor]] void find_early() { (void)real_syscall.get(); }

/// The arguments of futex(2).
struct Futex {
    long address;
    long operation;
    long value;
    long timeout;
    long second_address;
    long third_value;

    [[nodiscard]] long call() const {
        return real_syscall(SYS_futex, address, operation, value, timeout, second_address,
                            third_value);
    }

    [[nodiscard]] int command() const noexcept {
        return static_cast<int>(operation) & FUTEX_CMD_MASK;
    }

    [[nodiscard]] const void* word() const noexcept {
        return reinterpret_cast<const void*>(address);
    }
    [[nodiscard]] const void* second_word() const noexcept {
        return reinterpret_cast<const void*>(second_address);
    }

    [[nodiscard]] bool has_changed() const noexcept {
        return __atomic_load_n(reinterpret_cast<const std::uint32_t*>(address), __ATOMIC_SEQ_CST) !=
               static_cast<std::uint32_t>(value);
    }

    [[nodiscard]] std::uint32_t bits() const noexcept {
        const bool has_bits = command() == FUTEX_WAIT_BITSET || command() == FUTEX_WAKE_BITSET;
        return has_bits ? static_cast<std::uint32_t>(third_value) : ~0U;
    }

    /// When a wait is to end.
    [[nodiscard]] Deadline asked() const noexcept {
        const auto* const time = reinterpret_cast<const timespec*>(timeout);
        if (!time) return Deadline::never();
        if (command() == FUTEX_WAIT) {
            return Deadline::in(std::chrono::seconds(time->tv_sec) +
                                std::chrono::nanoseconds(time->tv_nsec));
        }
        return deadline_of(operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC,
                           *time);
    }

    /// The same wait, until `end`.
    [[nodiscard]] long wait_until(Deadline end) const {
        const auto time = command() == FUTEX_WAIT ? to_timespec(end.remaining()) : to_timespec(end);
        auto sooner = *this;
        sooner.timeout = reinterpret_cast<long>(&time);
        sooner.operation &= ~long{FUTEX_CLOCK_REALTIME};
        return sooner.call();
    }
};

long result_of(int error) noexcept {
    if (error == 0) return 0;
    errno = error;
    return -1;
}

/// What a wait does that has come to the limit. Without a timeout, callers look at the word and
/// wait again, whatever they are told; only an exception can end them. False: they have to wait on.
bool ends_at_limit(Deadline asked, const void* return_address) {
    if (!asked.is_never()) return !asks_the_clock(return_address);
    if (!takes_exceptions(return_address)) return false;
    throw TimeoutError("the time limit has passed, in a wait for a future");
}

/// 0 or an error. No wake-up is lost: the entry is there before the word is looked at.
int parked_wait(const Futex& futex, Deadline asked, const void* return_address) {
    Parked entry(futex.word(), futex.bits());
    SafetyNet net;
    std::optional<WaitsOn> waits_on;
    int error = 0;
    while (!entry.woken()) {
        if (futex.has_changed()) {
            error = EAGAIN;
            break;
        }
        if (current_context.postponed(asked).passed()) {
            error = ETIMEDOUT;
            break;
        }
        if (current_context.expired()) {
            if (ends_at_limit(asked, return_address)) {
                error = ETIMEDOUT;
                break;
            }
            waits_on.emplace("futex");
        }
        entry.wait(std::min(asked, net.next()));
        entry.quiet();
    }
    return entry.leave() ? 0 : error;
}

long wait(const Futex& futex, const void* return_address) {
    const auto* const time = reinterpret_cast<const timespec*>(futex.timeout);
    if ((unlimited() && !current_context.killed_at) || (time && !is_valid(*time))) {
        return futex.call();
    }
    const auto asked = futex.asked();
    if (unlimited(asked)) return futex.call();
    if (must_park()) return result_of(parked_wait(futex, asked, return_address));
    const auto end = current_context.postponed(std::min(asked, current_context.deadline));
    if (end == asked) return futex.call();
    const long result = futex.wait_until(end);
    if (result == 0 || errno != ETIMEDOUT) return result;
    // It may have ended at the limit of a function that has ended meanwhile.
    if (current_context.lose_borrowed_limit()) return futex.call();
    if (ends_at_limit(asked, return_address)) return result_of(ETIMEDOUT);
    const WaitsOn waits_on("futex");
    return futex.call();
}

/// Those in the parking lot first, and inside the kernel as many as are left.
long wake(Futex futex) {
    if (!anybody_parked_after_any_change()) return futex.call();
    const int most = static_cast<int>(futex.value);
    const int number = wake_parked(futex.word(), most, futex.bits());
    if (number == most) return number;
    futex.value = most - number;
    const long others = futex.call();
    return others < 0 ? others : others + number;
}

/// Moves waiters to another word, or wakes those of two words. In the parking lot all are woken:
/// they look at their word, and wait where they have to.
long move(const Futex& futex) {
    const long result = futex.call();
    if (anybody_parked_after_any_change()) {
        wake_parked(futex.word(), INT_MAX);
        if (futex.command() == FUTEX_WAKE_OP) wake_parked(futex.second_word(), INT_MAX);
    }
    return result;
}

long call(const Futex& futex, const void* return_address) {
    switch (futex.command()) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
            return wait(futex, return_address);
        case FUTEX_WAKE:
        case FUTEX_WAKE_BITSET:
            return wake(futex);
        case FUTEX_REQUEUE:
        case FUTEX_CMP_REQUEUE:
        case FUTEX_WAKE_OP:
            return move(futex);
        default:
            return futex.call();
    }
}

}  // namespace

}  // namespace curfew

extern "C" {

/// Defined by its symbol, because the header says that it throws nothing.
/// It reads six arguments, also those that its caller has not put on the stack.
long syscall_of_libc(long number, ...) __asm__("syscall") __attribute__((no_sanitize_address));

long syscall_of_libc(long number, ...) {
    using namespace curfew;
    va_list arguments;
    va_start(arguments, number);
    long all[6];
    for (auto& each : all) each = va_arg(arguments, long);  // those that were not given are ignored
    va_end(arguments);
    if (number == SYS_futex) [[unlikely]] {
        return call({all[0], all[1], all[2], all[3], all[4], all[5]}, __builtin_return_address(0));
    }
    return real_syscall(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

}  // extern "C"
