#pragma once

#include <cstdint>

namespace curfew::worker {

/// A job that runs code of a handler.
class Task {
  public:
    /// The work itself, wherever the executor runs handlers.
    virtual void run() noexcept = 0;

    /// Called on the loop's thread, once run() has returned.
    virtual void done() noexcept = 0;

    /// The fiber of the task has been parked until that descriptor is ready (-1: until some time
    /// has passed), with its registers at that address; 0: the fiber continues.
    virtual void parked([[maybe_unused]] std::uint64_t address, [[maybe_unused]] int fd) noexcept {}
    /// Called when the fiber of the task is parked, before other tasks run on its thread, and after
    /// they have.
    virtual void paused() noexcept {}
    virtual void resumed() noexcept {}

  protected:
    ~Task() = default;
};

/// Where handlers run: what makes one worker class different from another. submit() and saturated()
/// are called on the loop's thread.
class Executor {
  public:
    virtual ~Executor() = default;

    /// Runs the task, now or soon, and then calls its done(), possibly before returning. The task
    /// must live until then.
    virtual void submit(Task& task) = 0;

    /// True if submit() runs the task there and then.
    [[nodiscard]] virtual bool immediate() const noexcept = 0;

    /// True if a further task would only wait: then another worker should take the connection.
    [[nodiscard]] virtual bool saturated() const noexcept = 0;
};

/// Worker class `sync`: one at a time, on the loop's thread.
class SyncExecutor final : public Executor {
  public:
    void submit(Task& task) override {
        task.run();
        task.done();
    }
    [[nodiscard]] bool immediate() const noexcept override { return true; }
    [[nodiscard]] bool saturated() const noexcept override { return false; }
};

}  // namespace curfew::worker
