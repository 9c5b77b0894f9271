#include "worker/executors/fiber_pool.h"

#include <array>
#include <deque>
#include <optional>
#include <utility>

namespace curfew::worker {

namespace {

/// How many idle fibers are kept for the next tasks: to make one takes a microsecond, and allocates
/// its stack.
constexpr std::size_t kept = 256;

/// Each time that this many tasks have ended, one idle fiber returns the part of its stack that
/// deep calls have used. So every fiber does so in time, and the cost of the system call is spread
/// over many tasks.
constexpr unsigned tasks_between_trims = 64;

}  // namespace

/// A fiber that runs one task after another, and the waits of its task.
class FiberPool::Runner final : public Parking {
  public:
    explicit Runner(FiberPool& pool)
        : pool_(pool), fiber_(pool.stacks_, own_context(), [this] {
              while (task_) {
                  task_->run();
                  finished_ = true;
                  fiber_.pause();
              }
          }) {}

    /// Only when idle: lets the fiber end.
    ~Runner() { fiber_.resume(); }

    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    void begin(Task& task) noexcept { task_ = &task; }

    void trim() noexcept { fiber_.trim(); }

    /// The task, if it has finished by then.
    [[nodiscard]] Task* resume() {
        task_->parked(0, -1);
        fiber_.resume();
        if (std::exchange(finished_, false)) return std::exchange(task_, nullptr);
        task_->parked(fiber_.saved_registers(), waits_for_);
        return nullptr;
    }

    void wait(const pollfd* fds, unsigned long count, Deadline deadline) override;

  private:
    [[nodiscard]] CallContext own_context() noexcept {
        CallContext context;
        context.parking = this;
        return context;
    }

    FiberPool& pool_;
    Task* task_ = nullptr;
    bool finished_ = false;
    int waits_for_ = -1;
    Fiber fiber_;
};

/// What a parked fiber waits for; lives on its stack.
class FiberPool::Wait final : private AlarmClock::Sleeper {
  public:
    Wait(FiberPool& pool, Runner& runner, const pollfd* fds, unsigned long count, Deadline deadline)
        : Sleeper(deadline), pool_(pool), runner_(runner) {
        for (unsigned long i = 0; i < count; ++i) {
            if (fds[i].fd < 0) continue;
            const auto go_on = [this] { pool_.go_on(runner_); };
            if (i < few_.size()) {
                few_[i].emplace(pool_.loop_, fds[i], go_on);
            } else {
                if (!many_) many_.emplace();
                many_->emplace_back(pool_.loop_, fds[i], go_on);
            }
        }
        pool_.clock_.add(*this);
    }
    ~Wait() override { pool_.clock_.remove(*this); }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

  private:
    void wake() override { pool_.go_on(runner_); }

    FiberPool& pool_;
    Runner& runner_;
    std::array<std::optional<PollEvent>, 4> few_;
    std::optional<std::deque<PollEvent>> many_;
};

void FiberPool::Runner::wait(const pollfd* fds, unsigned long count, Deadline deadline) {
    const Wait wait(pool_, *this, fds, count, deadline);
    waits_for_ = count > 0 ? fds[0].fd : -1;
    task_->paused();
    fiber_.pause();
    task_->resumed();
}

FiberPool::FiberPool(Loop& loop, std::size_t stack_size)
    : loop_(loop), clock_(loop), stacks_(stack_size, kept) {}

FiberPool::~FiberPool() = default;

void FiberPool::submit(Task& task) {
    std::unique_ptr<Runner> runner;
    if (idle_.empty()) {
        runner = std::make_unique<Runner>(*this);
    } else {
        runner = std::move(idle_.back());
        idle_.pop_back();
    }
    runner->begin(task);
    go_on(*runner.release());  // its own, until the task has finished
}

void FiberPool::go_on(Runner& runner) {
    Task* const finished = runner.resume();
    if (!finished) return;
    std::unique_ptr<Runner> free{&runner};
    if (idle_.size() < kept) idle_.push_back(std::move(free));
    if (++ended_ % tasks_between_trims == 0) {
        idle_[ended_ / tasks_between_trims % idle_.size()]->trim();
    }
    finished->done();
}

}  // namespace curfew::worker
