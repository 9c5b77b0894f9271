#pragma once

#include "../base/deadline.h"

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace curfew {

struct Payload;

/// A function that a strategy is to run once, which keeps its result or exception for its caller.
class Call {
  public:
    virtual ~Call() = default;

    void run() noexcept {
        try {
            invoke();
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    /// Throws what the function threw.
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

    /// Makes a call of the same kind, from arguments(), in a process that was forked from this one,
    /// runs it and returns its result(). Throws what the function throws.
    using Entry = Payload (*)(Payload arguments);

    /// Throws std::logic_error that says why if the function cannot run in another process.
    [[nodiscard]] virtual Entry entry() const = 0;
    [[nodiscard]] virtual Payload arguments() const = 0;

    /// Throws std::logic_error if the result is of a type that is not serializable.
    virtual void check_result() const = 0;
    /// The result of run(), for accept() in the process that asked for it. Throws what the function
    /// threw.
    [[nodiscard]] virtual Payload result() = 0;
    virtual void accept(Payload result) = 0;

  private:
    virtual void invoke() = 0;

    std::exception_ptr error_;
};

/// What a strategy can do, and what it costs. Proved by a test for each, and shown by the demo.
struct Guarantees {
    bool blocked_socket = false;  ///< ends a wait for a peer that sends nothing
    bool drip_feed = false;       ///< ends a wait for a peer that sends one byte at a time
    bool name_lookup = false;     ///< ends a getaddrinfo() that no name server answers
    bool sleep = false;
    bool cooperative_loop = false;  ///< a computation that calls checkpoint()
    bool cpu_loop = false;          ///< a computation that does not call it
    bool lock = false;  ///< a wait for a mutex that is never unlocked: std::mutex, timed locks
    bool signals_blocked = false;  ///< ends what it ends also with all signals blocked
    bool caller_returns = true;    ///< on time, whatever the function does
    bool runs_destructors = true;  ///< of the function that was ended
    std::string_view left_behind;  ///< what goes on afterwards; empty: nothing
    bool can_corrupt = false;      ///< state that outlives the call
    bool keeps_threads = false;    ///< its process has more than one thread from then on
    bool forks = false;            ///< needs a process that has one thread only
    bool needs_helpers = false;    ///< the worker must have helper processes
    // In words: figures differ from machine to machine, and tools/lab measures them.
    std::string_view cost;  ///< of a call that ends in time
    std::string_view late;  ///< what passes between the limit and the end of a wait
};

/// A way of giving a function a limit in time. Stateless but for pools of its own; run() is safe
/// from any thread.
class Strategy {
  public:
    Strategy(std::string_view name, Guarantees guarantees) noexcept
        : name_(name), guarantees_(guarantees) {}
    virtual ~Strategy() = default;

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const Guarantees& guarantees() const noexcept { return guarantees_; }

    /// True if the function may still run when its caller has gone on. Then it is run by
    /// run_detached(), and owns all that it uses.
    [[nodiscard]] virtual bool detaches() const noexcept { return false; }

    /// Runs the function and returns once it has ended, in time or not. Throws TimeoutError if it
    /// had to be ended or ended too late.
    virtual void run(Call& call, Deadline deadline) = 0;

    virtual void run_detached(const std::shared_ptr<Call>& call, Deadline deadline) {
        run(*call, deadline);
    }

    /// For strategies that abandon functions: the observer is called each time that a function is
    /// abandoned, on its caller's thread, with the number of abandoned functions that still run. To
    /// be set before the first run().
    virtual void on_abandoned(std::function<void(int now)> observer) { (void)observer; }

  private:
    std::string_view name_;
    Guarantees guarantees_;
};

/// The strategy of that name. Throws std::invalid_argument that names the choices.
[[nodiscard]] Strategy& strategy(std::string_view name);

/// All of them, in the order in which they are explained.
[[nodiscard]] const std::vector<Strategy*>& strategies();

}  // namespace curfew
