#pragma once

#include "../context/limited_poll.h"
#include "../context/pooled_token.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>

namespace curfew {

/// The parking lot: who waits for a lock, a condition variable, a semaphore or a futex, and must
/// not wait inside libc: fibers, and threads whose wait a cancel token may end. They wait for a
/// descriptor by limited_poll(). The functions that unlock, signal and post wake them.
///
/// No wake-up is lost. Who waits first enters the lot (`parked` is incremented, then there is a
/// full barrier), and then looks again whether it has to wait at all. Who wakes first changes what
/// is waited for, then there is a full barrier, and then it reads `parked`. So either the one sees
/// the change, or the other sees the entry. As a safety net, against wakers that are inside libc or
/// in other processes, a wait that can look again without harm does so every `safety_net`.
///
/// How many entries there are, of waiters and of FiberOwners. Who wakes reads it, so it has a cache
/// line of its own.
struct alignas(64) ParkedNumber {
    std::atomic<int> number{0};
};
extern constinit ParkedNumber parked;

/// When a wait looks again although nobody has woken it. Less and less often, because thousands of
/// fibers may wait.
class SafetyNet {
  public:
    static constexpr Duration first = std::chrono::milliseconds(5);
    static constexpr Duration longest = std::chrono::milliseconds(160);

    [[nodiscard]] Deadline next() noexcept {
        const auto now = Deadline::in(pause_);
        pause_ = std::min(2 * pause_, longest);
        return now;
    }

  private:
    Duration pause_ = first;
};

/// Orders what this thread has written before what it reads next, after a read-modify-write.
inline void order_after_change() noexcept {
#if defined __x86_64__ || defined __SANITIZE_THREAD__
    // The processor orders them already. The sanitizer does not know fences.
    std::atomic_signal_fence(std::memory_order_seq_cst);
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

/// True if somebody may be in the lot, after a change that was made by a read-modify-write, with
/// which libc's unlock and post end.
[[nodiscard]] inline bool anybody_parked() noexcept {
    order_after_change();
    return parked.number.load(std::memory_order_relaxed) != 0;
}

/// The same after a change that was made in whatever way. Who enters the lot later sees the change,
/// because that is a read-modify-write of the same number.
[[nodiscard]] inline bool anybody_parked_after_any_change() noexcept {
    return parked.number.fetch_add(0) != 0;
}

/// Wakes up to `most` of those that wait for `address` and have one of these bits, the longest
/// waiting first. Returns how many. May be called in signal handlers.
int wake_parked(const void* address, int most, std::uint32_t bits = ~0U) noexcept;

/// An entry in the lot, on the stack of the waiter.
class Parked {
  public:
    explicit Parked(const void* address, std::uint32_t bits = ~0U) noexcept;

    /// If it was woken and that was not accepted, somebody else is woken instead.
    ~Parked();

    Parked(const Parked&) = delete;
    Parked& operator=(const Parked&) = delete;

    [[nodiscard]] bool woken() const noexcept { return woken_.load(std::memory_order_acquire); }

    /// Waits until it is woken, `until`, or what the context allows.
    void wait(Deadline until) noexcept;

    /// If it was woken, lines up again.
    void rearm() noexcept;

    /// Waits again for its wake-up, if none has come.
    void quiet() noexcept;

    /// It has got what it waited for.
    void accept() noexcept { accepted_ = true; }

    /// Ends the entry, and accepts a wake-up. True if there was one.
    bool leave() noexcept;

  private:
    friend int wake_parked(const void*, int, std::uint32_t) noexcept;
    struct Bucket;
    class Inside;

    void link(Bucket& bucket) noexcept;
    void unlink(Bucket& bucket) noexcept;
    static Bucket& bucket_of(const void* address) noexcept;

    const int errno_ = errno;
    const void* const address_;
    const std::uint32_t bits_;
    bool accepted_ = false;
    bool left_ = false;
    std::atomic<bool> woken_{false};    ///< then it is not linked; changed inside its bucket
    std::optional<PooledToken> token_;  ///< none if no descriptor is left: then it looks often
    Parked* next_ = nullptr;
    Parked* previous_ = nullptr;
};

/// True if waits of the running code park it.
[[nodiscard]] bool on_fiber() noexcept;

/// True if the running code must not wait inside libc, even with a timeout.
[[nodiscard]] bool must_park() noexcept;

/// True once the running code must stop waiting for what it wants to wait for until `asked`.
[[nodiscard]] inline bool wait_is_over(Deadline asked) noexcept {
    return current_context.expired() || current_context.postponed(asked).passed();
}

/// The same context without its limit, for a wait that nothing can end. On a fiber it parks.
[[nodiscard]] CallContext context_without_limit() noexcept;

/// Calls `attempt` until it returns something other than EBUSY, and waits for `address` in between.
/// ETIMEDOUT if that takes too long.
template <typename Attempt>
int park_until(const void* address, Deadline asked, Attempt attempt) noexcept {
    int result = attempt();
    if (result != EBUSY) return result;
    Parked entry(address);
    SafetyNet net;
    while (true) {
        result = attempt();
        if (result != EBUSY) break;
        if (wait_is_over(asked)) return ETIMEDOUT;
        entry.wait(std::min(asked, net.next()));
        entry.rearm();
    }
    entry.accept();
    return result;
}

}  // namespace curfew
