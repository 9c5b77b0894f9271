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
    claimed,  ///< the master owns the response: its limit passed before the worker began to answer
};

[[nodiscard]] std::string_view to_string(Phase phase) noexcept;

/// Which limit cost a request its answer.
enum class LimitKind : std::uint8_t {
    timeout,    ///< harakiri, by the wall clock
    cpu_limit,  ///< its thread has computed for so long
};

/// As the option is called.
[[nodiscard]] constexpr std::string_view to_string(LimitKind kind) noexcept {
    return kind == LimitKind::timeout ? "timeout" : "cpu_limit";
}

/// What a request is called in the log when its worker can no longer say so itself.
struct Label {
    std::string_view id;
    std::string_view route;
    std::string_view method;
    std::string_view target;
};

/// The words of a Label in shared memory, cut to what fits. Written before `running` is published,
/// read only after a claim, so it needs no atomics.
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

/// The running request of one connection. Its only deciding field is `word`, a sequence number that
/// is never reset and the phase, changed by compare-and-swap; all else is written before the word
/// says `running` and is trusted only as long as the word has not changed.
struct alignas(64) Cell {
    std::atomic<std::uint64_t> word{0};
    std::atomic<std::int64_t> deadline{0};  ///< CLOCK_MONOTONIC, ns; INT64_MAX: never
    std::atomic<std::int64_t> started{0};   ///< CLOCK_MONOTONIC, ns
    std::atomic<std::int32_t> tid{0};
    std::atomic<std::int64_t> slow_at{0};         ///< as `deadline`: when it counts as slow
    std::atomic<Outcome> outcome{Outcome::none};  ///< of its connection; the keeper's to write
    std::atomic<std::int32_t> waits_for{-1};      ///< the descriptor of a parked fiber; -1: of none
    std::atomic<std::uint64_t> parked{0};         ///< where its registers lie; 0: it is not parked
    std::atomic<bool> handler_over{false};        ///< the handler has returned, after the claim

    /// ns; 0: none. Then `cpu_spent_at`: by which reading of the CPU clock of the thread `tid` it
    /// is used up, ns; while a fiber does not run, what it has left, negated; INT64_MAX: it is
    /// over.
    std::atomic<std::int64_t> cpu_limit{0};
    std::atomic<std::int64_t> cpu_spent_at{0};

    std::atomic<std::uint32_t> route{0};  ///< the number of its breaker

    /// The limits are tried out: the request is to be reported, and not claimed.
    std::atomic<bool> report_only{false};
    std::atomic<std::uint64_t> reported{0};  ///< the word of which that was done; the master's

    /// For who answers in the worker's stead, of a cell that is claimed: which limit was exceeded,
    /// and what it was, in ns. Written by the master alone, before it claims.
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
    none,    ///< it has not: only requests that the master has claimed are to be answered
    killed,  ///< by the master: its other requests have no part in that
    ceased,  ///< by the master, and with it all others: nobody is there to go on
    died,    ///< in any other way
};

/// Of the idempotent requests of a worker that has ended.
enum class Again : std::uint32_t {
    none,
    innocent,  ///< all but the one that was the end of it
    all,
};

/// A worker's own line of the scoreboard.
struct alignas(64) WorkerLine {
    std::atomic<WorkerState> state{WorkerState::booting};
    std::atomic<std::uint32_t> cells_used{0};  ///< no cell at or above this was ever used
    std::atomic<std::int64_t> shortest_limit{
        INT64_MAX};                         ///< ns; no sooner deadline unless hasten() was called
    std::atomic<std::int64_t> ready_at{0};  ///< CLOCK_MONOTONIC, ns; 0: it boots still
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::int32_t> pid{0};  ///< the worker's

    std::atomic<std::uint32_t> orders{0};  ///< given and not yet taken: see Order

    /// It should be replaced, as it says itself or its master has found; until then it goes on.
    std::atomic<bool> worn{false};

    /// Set by the master when it tells the worker to go: a handler that keeps the loop from its
    /// orders must not keep the clients from the news.
    std::atomic<bool> told_to_go{false};

    /// Set by the master before it orders to freeze; one that boots looks here.
    std::atomic<bool> terminating{false};

    /// Set by the worker once it begins no more requests, having been told that it is to be killed
    /// when those that run have ended.
    std::atomic<bool> frozen{false};

    /// The pid of the worker's keeper; 0: it has none.
    std::atomic<std::int32_t> keeper{0};
    std::atomic<std::uint32_t> keeper_calls{0};  ///< a futex: see WorkerBoard::call_keeper()
    std::atomic<Ending> ending{Ending::none};
    /// Which requests that were running at the end may be run once more by another worker.
    std::atomic<Again> again{Again::none};
    std::atomic<std::int32_t> last_thread{0};  ///< see note_last_thread_in()
    std::atomic<std::int32_t> culprit{-1};     ///< the cell whose request was the end; -1: unknown

    CopyNote copy_note{};
    CrashNote crash{};

    std::atomic<bool> end_cut_short{false};  ///< see end_in_order()

    PendingAdoption pending_adoption;
};

class Scoreboard;

/// One worker's part of the scoreboard, as seen by that worker or by the master. A view.
class WorkerBoard {
  public:
    /// Makes a request visible to the master as running. `started` is now; the deadline may be
    /// never(), and so may `slow_at`, from which on the request counts as slow. No system call, but
    /// for one write if the master sleeps without a timer. Returns the word, for move_deadline().
    std::uint64_t publish(std::size_t cell, const Label& label, Deadline::Clock::time_point started,
                          Deadline deadline, std::int32_t tid,
                          Deadline slow_at = Deadline::never()) noexcept;

    /// Moves the deadline of a running request, and changes `word`, which was its word. False: the
    /// master was first; as for begin_response(). Not beside any other call for this cell.
    [[nodiscard]] bool move_deadline(std::size_t cell, std::uint64_t& word,
                                     Deadline deadline) noexcept;

    /// The worker's claim to the response, to be made before its first byte. False: the master was
    /// first; then write nothing, close nothing, and wait for the kill.
    [[nodiscard]] bool begin_response(std::size_t cell) noexcept;

    /// Puts a response that is under way under a limit, while code of the handler's makes more of
    /// it.
    void resume_response(std::size_t cell, Deadline::Clock::time_point started, Deadline deadline,
                         std::int32_t tid) noexcept;

    /// Lifts that limit. False: it has passed, and the master was first; as for begin_response().
    [[nodiscard]] bool rest_response(std::size_t cell) noexcept;

    /// The request is over for the master. Only for a response without a limit.
    void finish(std::size_t cell) noexcept;

    /// Tells the master of a change that it should look at.
    void poke() noexcept;

    /// The same if it would otherwise sleep beyond that: for a limit that is sooner than the
    /// worker's shortest, to be called once the limit is in a cell. No system call if it need not
    /// know.
    void hasten(Deadline deadline) noexcept;

    /// The connection that has this cell, for whoever goes on with it.
    [[nodiscard]] ConnectionRecordCell& record(std::size_t cell) const noexcept {
        return records_[cell];
    }

    /// Makes the cell one of used_cells().
    void use(std::size_t cell) noexcept;

    /// For the master: has the keeper look at the line and the cells.
    void call_keeper() noexcept;
    /// For the keeper: returns when there was a call since the one that returned `last`; 0 at
    /// first.
    [[nodiscard]] std::uint32_t await_call(std::uint32_t last) noexcept;

    [[nodiscard]] WorkerLine& line() const noexcept { return *line_; }
    [[nodiscard]] std::span<Cell> cells() const noexcept { return cells_; }
    [[nodiscard]] std::span<Cell> used_cells() const noexcept;
    [[nodiscard]] Label label(std::size_t cell) const noexcept { return labels_[cell].load(); }

    /// Of the request in that cell; trusted as the cell is.
    [[nodiscard]] Meter& meter(std::size_t cell) const noexcept { return meters_[cell]; }

    /// Of all workers.
    [[nodiscard]] Counters& counters() const noexcept { return *counters_; }
    /// Of all workers: see breaker_number().
    [[nodiscard]] std::span<CircuitBreaker> breakers() const noexcept;

    /// Of the worker and of processes that it starts.
    [[nodiscard]] db::RunningQueries& queries() const noexcept { return *queries_; }

    /// Where it puts its stacks when it is asked for them.
    [[nodiscard]] StackDump& stack_dump() const noexcept { return *stack_dump_; }

    /// For the next worker in this place: everything as new, the sequence numbers kept.
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

/// Shared memory between a master and its workers: one line, `cells` cells, one table of queries
/// and one stack for each of `workers` places. Made by the master before its first fork; the pages
/// that no one uses cost nothing.
class Scoreboard {
  public:
    Scoreboard(std::size_t workers, std::size_t cells);
    ~Scoreboard();
    Scoreboard(const Scoreboard&) = delete;
    Scoreboard& operator=(const Scoreboard&) = delete;

    [[nodiscard]] std::size_t workers() const noexcept { return workers_; }
    [[nodiscard]] WorkerBoard worker(std::size_t slot) noexcept;
    [[nodiscard]] Counters& counters() noexcept { return *counters_; }

    /// The master's sleep: while it is asleep the next publish() pokes it. Having fallen asleep it
    /// must look at the scoreboard once more, since a request may have begun just before.
    void sleep(bool asleep) noexcept;

    /// For how long the master will sleep, for hasten(): never() before it looks, since what is
    /// written while it does it may not see, then what it has found.
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
