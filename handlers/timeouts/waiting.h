#pragma once

#include "../deadline.h"
#include "../unique_fd.h"

#include <atomic>

struct pollfd;

namespace curfew {

/// Something that interrupts waits, set from elsewhere: another thread, or a signal handler.
class Interrupt {
  public:
    /// Throws std::system_error if there is no descriptor left.
    Interrupt();

    /// Async-signal-safe, and safe from any thread.
    void raise() noexcept;
    void clear() noexcept;

    [[nodiscard]] bool raised() const noexcept { return raised_.load(std::memory_order_acquire); }

    /// Readable while it is raised.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  private:
    std::atomic<bool> raised_{false};
    UniqueFd fd_;
};

/// Waits without keeping the thread: what a fiber does instead of blocking.
class Parking {
  public:
    /// As poll(2), but until an absolute deadline. Returns what poll would; 0 at the deadline.
    virtual int wait(pollfd* fds, unsigned long count, Deadline deadline) = 0;

  protected:
    ~Parking() = default;
};

/// What the waits of the code that runs now must obey. Each thread has one; fibers swap it.
///
/// This executable defines poll() and its relatives itself, so every wait of every library that is
/// linked dynamically (libcurl, libmemcached and libmysqlclient all wait in poll) comes by here: it
/// is cut at the deadline, and ended by the interrupt. The library then sees a plain timeout and
/// returns by its own error path.
struct Patience {
    Deadline deadline = Deadline::never();
    Interrupt* interrupt = nullptr;
    Parking* parking = nullptr;

    /// What the libraries' own timeouts should be, for each operation (strategy `io`).
    Duration per_operation = Duration::max();

    /// True once waiting makes no sense any more: the deadline has passed, or the interrupt came.
    [[nodiscard]] bool exhausted() const noexcept {
        return (interrupt && interrupt->raised()) || (!deadline.is_never() && deadline.passed());
    }
};

/// That of the running thread or fiber.
[[nodiscard]] Patience& patience() noexcept;

/// What is left for an operation that begins now: the sooner of the deadline and per_operation.
/// Duration::max() if there is no limit.
[[nodiscard]] Duration remaining_patience() noexcept;

/// Shortens the deadline for a scope; a sooner one that is in force stays.
class PatienceScope {
  public:
    explicit PatienceScope(Deadline deadline) noexcept;
    ~PatienceScope() { patience() = before_; }
    PatienceScope(const PatienceScope&) = delete;
    PatienceScope& operator=(const PatienceScope&) = delete;

  private:
    Patience before_;
};

/// Throws TimeoutError if patience is exhausted. For loops that compute: call it every microsecond
/// or so of work, and they obey every strategy that sets a deadline or an interrupt.
void checkpoint();

/// Sleeps; throws TimeoutError once patience is exhausted. Plain sleep(), usleep(), nanosleep() and
/// std::this_thread::sleep_for() obey as well, but can only return early.
void sleep_for(Duration duration);

}  // namespace curfew
