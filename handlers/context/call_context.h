#pragma once

#include "../base/deadline.h"
#include "../base/unique_fd.h"
#include "lent_limit.h"
#include "metering.h"

#include <algorithm>
#include <atomic>

struct pollfd;

namespace curfew {

/// A flag that ends the waits of another thread. That thread's CallContext names the token; another
/// thread or a signal handler raises it.
class CancelToken {
  public:
    /// Throws std::system_error if there is no descriptor left.
    CancelToken();
    ~CancelToken();
    CancelToken(const CancelToken&) = delete;
    CancelToken& operator=(const CancelToken&) = delete;

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

/// How a fiber waits: it lets its thread run other code instead of blocking it.
class Parking {
  public:
    /// Returns when one of the descriptors may be ready, or the deadline has passed. To be called
    /// on the fiber. Throws std::bad_alloc if it cannot wait.
    virtual void wait(const pollfd* fds, unsigned long count, Deadline deadline) = 0;

  protected:
    ~Parking() = default;
};

/// What the waits of the code that runs now must obey. Each thread has one; fibers swap it.
///
/// This executable defines libc's blocking functions itself (handlers/waits). So every wait of
/// every library that is linked dynamically obeys the context: the wait ends at the deadline, or
/// when the token is raised. The library then sees a plain timeout and returns by its own error
/// path.
struct CallContext {
    Deadline deadline = Deadline::never();  ///< when waits end
    CancelToken* token = nullptr;           ///< ends waits, if token_ends_waits; null: none
    bool token_ends_waits = true;           ///< false: only checkpoint() looks at the token
    Parking* parking = nullptr;             ///< null: waits block the thread

    /// The time at which harakiri kills this process, which Request::extend() may change; null:
    /// there is none. A wait that would end then or later is postponed: see postponed().
    const std::atomic<Deadline>* killed_at = nullptr;

    /// The soonest limit in force, whatever enforces it. Upstreams are told this limit.
    Deadline limit = Deadline::never();

    /// The timeout of each operation of the network libraries, under strategy `io`.
    Duration per_operation = Duration::max();

    /// The pattern of the route whose handler runs; null: the code is the server's own.
    const char* route = nullptr;

    /// The meter that times calls to upstreams; by default there is none.
    Metering metering = {};

    /// How often this code was told after its deadline that nothing is ready, and whether it was
    /// told that its sockets have failed: see `waits/readiness.h`.
    unsigned waits_in_vain = 0;
    bool sockets_failed = false;

    /// The limit as the threads have it that this scope has started; null: there are no such
    /// threads. See `waits/thread_start.cpp`.
    LentLimit* lends = nullptr;

    /// Set if the deadline and the limit are those of the function that has started this thread;
    /// null: they are the thread's own.
    LentLimit* borrowed = nullptr;

    /// When waits end. A token that ends waits is raised at the limit.
    [[nodiscard]] Deadline end_of_waits() const noexcept {
        return token && token_ends_waits ? std::min(deadline, limit) : deadline;
    }

    /// True if the function that has started this thread has ended: its limit is in force no more.
    bool lose_borrowed_limit() noexcept {
        if (!borrowed || !borrowed->over()) return false;
        deadline = limit = Deadline::never();
        per_operation = Duration::max();
        borrowed = nullptr;
        return true;
    }

    /// The end of a wait that was asked to end at `asked`. If the process is to be killed by then,
    /// the wait lasts some seconds longer, because the log should show the stack of that wait. A
    /// wait that ended together with the limit would unwind the stack first.
    [[nodiscard]] Deadline postponed(Deadline asked) const noexcept;

    /// Whether waits of this context end at once, because its deadline has passed or its token is
    /// raised.
    [[nodiscard]] bool expired() const noexcept {
        return (token_ends_waits && cancelled()) ||
               (!deadline.is_never() && postponed(deadline).passed() &&
                !(borrowed && borrowed->over()));
    }

    /// Whether anything can end a wait, or park it.
    [[nodiscard]] bool limits_waits() const noexcept {
        return !deadline.is_never() || token || parking;
    }

    [[nodiscard]] bool cancelled() const noexcept { return token && token->raised(); }
};

/// The context of the running thread or fiber.
[[nodiscard]] CallContext& call_context() noexcept;

/// Puts another context in force for a scope.
class ContextScope {
  public:
    explicit ContextScope(const CallContext& context) noexcept;

    /// The context in force, but with that deadline if it is sooner.
    explicit ContextScope(Deadline deadline) noexcept;

    ~ContextScope();
    ContextScope(const ContextScope&) = delete;
    ContextScope& operator=(const ContextScope&) = delete;

  private:
    CallContext before_;
};

/// Sets the time at which the process is killed, for the waits of a scope.
class KilledAtScope {
  public:
    /// `when` has to outlive the scope.
    explicit KilledAtScope(const std::atomic<Deadline>& when) noexcept;
    ~KilledAtScope();
    KilledAtScope(const KilledAtScope&) = delete;
    KilledAtScope& operator=(const KilledAtScope&) = delete;

  private:
    const std::atomic<Deadline>* before_;
};

/// The time that an operation may take that begins now: the shorter of what is left of the limit
/// and per_operation. Duration::max() if there is neither.
[[nodiscard]] Duration remaining_time() noexcept;

/// Throws TimeoutError if the context has expired or its token is raised. A loop that computes and
/// calls this every microsecond or so obeys every strategy that sets a deadline or a token.
void checkpoint();

/// Sleeps; throws TimeoutError once the context has expired. Plain sleep(), usleep(), nanosleep()
/// and std::this_thread::sleep_for() obey the context as well, but can only return early. A loop
/// that sleeps until a time of the wall clock then spins until that time.
void sleep_for(Duration duration);

}  // namespace curfew
