#pragma once

#include "handlers/backends/running_queries.h"
#include "handlers/base/deadline.h"
#include "handlers/base/unique_fd.h"
#include "handlers/context/meter.h"
#include "worker/shared/circuit_breaker.h"
#include "worker/shared/connection_record.h"
#include "worker/shared/copy_note.h"
#include "worker/shared/counters.h"
#include "worker/shared/crash_note.h"
#include "worker/shared/handover.h"
#include "worker/shared/outcome.h"
#include "worker/shared/stack_dump.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace curfew::worker {

/// Who may write the response of a cell's request, and whether there is one.
enum class Phase : std::uint64_t {
    idle,        ///< no request
    running,     ///< a handler runs; nothing has been sent
    responding,  ///< the worker owns the response, and may have sent some of it
    claimed,  ///< the master owns the response: the limit passed before the worker began to respond
};

[[nodiscard]] std::string_view to_string(Phase phase) noexcept;

/// Which limit a request has exceeded.
enum class LimitKind : std::uint8_t {
    timeout,    ///< harakiri, by the wall clock
    cpu_limit,  ///< the CPU time of its thread
};

/// The name of the option.
[[nodiscard]] constexpr std::string_view to_string(LimitKind kind) noexcept {
    return kind == LimitKind::timeout ? "timeout" : "cpu_limit";
}

/// What the log says of a request when its worker can no longer say so itself.
struct Label {
    std::string_view id;
    std::string_view route;
    std::string_view method;
    std::string_view target;
};

/// The words of a Label in shared memory, cut to what fits. Written before `running` is published.
/// What is read of it while the request runs is used only if the cell's word has not changed since,
/// so it needs no atomics.
class LabelText {
  public:
    void store(const Label& label) noexcept;
    [[nodiscard]] Label load() const noexcept;

  private:
    std::uint16_t id_ = 0;
    std::uint16_t route_ = 0;
    std::uint16_t method_ = 0;
    std::uint16_t target_ = 0;
    char text_[376];
};

/// The running request of one connection. `word` decides: a sequence number that is never reset,
/// and the phase, changed together by compare-and-swap. The other fields are written before the
/// word says `running`, and are trusted only as long as the word has not changed.
struct alignas(64) Cell {
    std::atomic<std::uint64_t> word{0};
    std::atomic<std::int64_t> deadline{0};  ///< CLOCK_MONOTONIC, ns; INT64_MAX: never
    std::atomic<std::int64_t> started{0};   ///< CLOCK_MONOTONIC, ns
    std::atomic<std::int32_t> tid{0};
    std::atomic<std::int64_t> slow_at{0};         ///< like `deadline`: when it counts as slow
    std::atomic<Outcome> outcome{Outcome::none};  ///< of the connection; written by the keeper
    std::atomic<std::int32_t> waits_for{-1};  ///< the descriptor a parked fiber waits for; or -1
    std::atomic<std::uint64_t> parked{0};     ///< address of its registers; 0: it is not parked
    std::atomic<bool> handler_over{false};    ///< the handler has returned, after the claim

    /// The limit for CPU time, in ns; 0: none. With a limit, `cpu_spent_at` is the reading of the
    /// CPU clock of thread `tid` at which it is used up, in ns. While the request's fiber does not
    /// run, it is the time that is left, negated. INT64_MAX: the handler is over.
    std::atomic<std::int64_t> cpu_limit{0};
    std::atomic<std::int64_t> cpu_spent_at{0};

    std::atomic<std::uint32_t> route{0};  ///< the number of the route's circuit breaker

    /// `harakiri = log`: over its limit, the request is reported and not claimed.
    std::atomic<bool> report_only{false};
    std::atomic<std::uint64_t> reported{0};  ///< the word of the request that was reported

    /// For the keeper, of a claimed cell: which limit was exceeded, and its length in ns. Only the
    /// master writes these, before it claims.
    std::atomic<std::int64_t> limit{0};
    std::atomic<LimitKind> limit_kind{LimitKind::timeout};

    static constexpr Phase phase(std::uint64_t word) noexcept {
        return static_cast<Phase>(word & 7);
    }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

enum class WorkerState : std::uint32_t { booting, ready, draining };

/// How a worker has ended, for its keeper.
enum class Ending : std::uint32_t {
    none,    ///< it runs: the keeper responds only to requests that the master has claimed
    killed,  ///< the master has killed it, because of one request
    ceased,  ///< the server stops at once: no worker can take connections over
    died,    ///< in any other way
};

/// Which idempotent requests of a worker that has ended may be retried.
enum class Again : std::uint32_t {
    none,
    innocent,  ///< all except the culprit of its crash
    all,
};

/// A worker's own line of the scoreboard. It has more than 20 members, because it is all that the
/// master, the worker and its keeper tell each other about the worker, in one place that needs no
/// allocation: README.md in this folder says who may write which.
struct alignas(64) WorkerLine {
    std::atomic<WorkerState> state{WorkerState::booting};
    std::atomic<std::uint32_t> cells_used{0};  ///< no cell at or above this was ever used
    std::atomic<std::int64_t> shortest_limit{
        INT64_MAX};                         ///< ns; no sooner deadline unless hasten() was called
    std::atomic<std::int64_t> ready_at{0};  ///< CLOCK_MONOTONIC, ns; 0: it still boots
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::int32_t> pid{0};  ///< the worker's

    std::atomic<std::uint32_t> orders{0};  ///< given and not yet taken: see Order

    /// The worker should be replaced, and goes on until its replacement is ready. Set by the worker
    /// (max_requests, memory_limit), or by the master.
    std::atomic<bool> worn{false};

    /// Set by the master when it tells the worker to go. A handler may keep the event loop from
    /// taking the order; the response that follows then still has `Connection: close`.
    std::atomic<bool> told_to_go{false};

    /// Set by the master before it orders to freeze. A worker that boots reads it at the end.
    std::atomic<bool> terminating{false};

    /// The worker begins no more requests, and will be killed when the running ones have ended. Set
    /// by the worker; by the master for a stuck worker of class sync.
    std::atomic<bool> frozen{false};

    /// The pid of the worker's keeper; 0: it has none.
    std::atomic<std::int32_t> keeper{0};
    std::atomic<std::uint32_t> keeper_calls{0};  ///< a futex: see WorkerBoard::call_keeper()
    std::atomic<Ending> ending{Ending::none};
    /// Which requests that were running at the end may be run once more by another worker.
    std::atomic<Again> again{Again::none};
    std::atomic<std::int32_t> last_thread{0};  ///< see note_last_thread_in()
    std::atomic<std::int32_t> culprit{-1};     ///< the cell whose request crashed it; -1: unknown

    CopyNote copy_note{};
    CrashNote crash{};

    std::atomic<bool> end_cut_short{false};  ///< see end_in_order()

    PendingAdoption pending_adoption;
};

class Scoreboard;

/// One worker's part of the scoreboard, as seen by that worker or by the master. A view.
class WorkerBoard {
  public:
    /// Makes a request visible to the master as running. The limits count from `started`; the
    /// deadline may be never(), and so may `slow_at`, from when on the request counts as slow.
    /// Makes no system call, unless the master must be woken. Returns the word, for
    /// move_deadline().
    std::uint64_t publish(std::size_t cell, const Label& label, Deadline::Clock::time_point started,
                          Deadline deadline, std::int32_t tid,
                          Deadline slow_at = Deadline::never()) noexcept;

    /// Moves the deadline of a running request, and changes `word`, its word. False: the master has
    /// claimed it, as for begin_response(). Not concurrently with another call for this cell.
    [[nodiscard]] bool move_deadline(std::size_t cell, std::uint64_t& word,
                                     Deadline deadline) noexcept;

    /// The worker's claim to the response, to be made before its first byte. False: the master has
    /// claimed the request; then write nothing, close nothing, and wait for the kill.
    [[nodiscard]] bool begin_response(std::size_t cell) noexcept;

    /// Puts a response that is under way under a limit, while the handler's code makes another
    /// piece.
    void resume_response(std::size_t cell, Deadline::Clock::time_point started, Deadline deadline,
                         std::int32_t tid) noexcept;

    /// Lifts that limit. False: it has passed and the master has claimed the request, as for
    /// begin_response().
    [[nodiscard]] bool rest_response(std::size_t cell) noexcept;

    /// Ends the request. Only while its response is under no limit.
    void finish(std::size_t cell) noexcept;

    /// Wakes the master, so that it looks at the scoreboard.
    void poke() noexcept;

    /// Wakes the master if it would sleep beyond `deadline`. To be called for a limit that is
    /// sooner than the worker's shortest, once it is in the cell. No system call otherwise.
    void hasten(Deadline deadline) noexcept;

    /// The record of the connection that has this cell.
    [[nodiscard]] ConnectionRecordCell& record(std::size_t cell) const noexcept {
        return records_[cell];
    }

    /// Makes the cell one of used_cells().
    void use(std::size_t cell) noexcept;

    /// For the master: makes the keeper look at the line and the cells.
    void call_keeper() noexcept;
    /// For the keeper: waits for a call after the one that returned `last`, which is 0 at first.
    [[nodiscard]] std::uint32_t await_call(std::uint32_t last) noexcept;

    [[nodiscard]] WorkerLine& line() const noexcept { return *line_; }
    [[nodiscard]] std::span<Cell> cells() const noexcept { return cells_; }
    [[nodiscard]] std::span<Cell> used_cells() const noexcept;
    [[nodiscard]] Label label(std::size_t cell) const noexcept { return labels_[cell].load(); }

    /// The meter of the request in that cell.
    [[nodiscard]] Meter& meter(std::size_t cell) const noexcept { return meters_[cell]; }

    /// The counters of the server, shared by all workers.
    [[nodiscard]] Counters& counters() const noexcept { return *counters_; }
    /// The circuit breakers, shared by all workers: see breaker_number().
    [[nodiscard]] std::span<CircuitBreaker> breakers() const noexcept;

    /// The running queries of the worker and of processes that it starts.
    [[nodiscard]] db::RunningQueries& queries() const noexcept { return *queries_; }

    /// Where the worker puts its stacks when it is asked for them.
    [[nodiscard]] StackDump& stack_dump() const noexcept { return *stack_dump_; }

    /// Prepares the slot for the next worker: resets everything except the sequence numbers.
    void reset() noexcept;

  private:
    friend class Scoreboard;
    WorkerBoard(Scoreboard& board, WorkerLine& line, std::span<Cell> cells,
                std::span<LabelText> labels, std::span<ConnectionRecordCell> records,
                db::RunningQueries& queries, Meter* meters, Counters& counters,
                StackDump& stack_dump) noexcept
        : board_(&board),
          line_(&line),
          cells_(cells),
          labels_(labels),
          records_(records),
          queries_(&queries),
          meters_(meters),
          counters_(&counters),
          stack_dump_(&stack_dump) {}

    void store(Cell& cell, Phase phase, std::uint64_t sequence) noexcept;
    void wake_master() noexcept;

    Scoreboard* board_;
    WorkerLine* line_;
    std::span<Cell> cells_;
    std::span<LabelText> labels_;
    std::span<ConnectionRecordCell> records_;
    db::RunningQueries* queries_;
    Meter* meters_;  ///< one for each cell
    Counters* counters_;
    StackDump* stack_dump_;
};

/// Shared memory between a master and its workers: for each of `workers` slots one line, `cells`
/// cells, one table of queries and one stack dump. The master makes it before its first fork. Pages
/// that are never used cost no memory.
class Scoreboard {
  public:
    Scoreboard(std::size_t workers, std::size_t cells);
    ~Scoreboard();
    Scoreboard(const Scoreboard&) = delete;
    Scoreboard& operator=(const Scoreboard&) = delete;

    [[nodiscard]] std::size_t workers() const noexcept { return workers_; }
    [[nodiscard]] WorkerBoard worker(std::size_t slot) noexcept;
    [[nodiscard]] Counters& counters() noexcept { return *counters_; }

    /// Says whether the master sleeps without a timer: then the next publish() pokes it. After
    /// sleep(true) the master must look at the scoreboard once more, because a request may have
    /// begun just before.
    void sleep(bool asleep) noexcept;

    /// Says until when the master will sleep, for hasten(). To be called with never() before the
    /// master looks at the cells, because it may miss what is written meanwhile, and with the
    /// deadline that it has found afterwards.
    void will_wake(Deadline deadline) noexcept;

    [[nodiscard]] CircuitBreaker& breaker(std::uint32_t number) noexcept {
        return header_->breakers[number];
    }

    /// An eventfd, readable after a poke until take_pokes().
    [[nodiscard]] int wake_fd() const noexcept { return wake_.get(); }
    /// True if there was any.
    bool take_pokes() noexcept;

  private:
    friend class WorkerBoard;
    struct Header {
        std::atomic<bool> asleep{false};
        std::atomic<std::int64_t> wakes_at{INT64_MAX};
        std::array<CircuitBreaker, 1024> breakers;
    };

    std::size_t workers_;
    std::size_t cells_;
    std::size_t size_;
    void* memory_;
    Header* header_;
    Counters* counters_;
    WorkerLine* lines_;
    Cell* cells_begin_;
    LabelText* labels_;
    ConnectionRecordCell* records_;
    db::RunningQueries* queries_;
    Meter* meters_;
    StackDump* stack_dumps_;
    UniqueFd wake_;
};

}  // namespace curfew::worker
