#include "worker/shared/scoreboard.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>

namespace curfew::worker {

namespace {

std::int64_t nanoseconds(Deadline::Clock::time_point time) noexcept {
    return time.time_since_epoch().count();
}

std::uint64_t with(std::uint64_t word, Phase phase) noexcept {
    return (word & ~std::uint64_t{7}) | static_cast<std::uint64_t>(phase);
}

constexpr std::size_t round_up(std::size_t size) noexcept { return (size + 63) / 64 * 64; }

}  // namespace

std::string_view to_string(Phase phase) noexcept {
    switch (phase) {
        case Phase::idle:
            return "idle";
        case Phase::running:
            return "running";
        case Phase::responding:
            return "responding";
        case Phase::claimed:
            return "claimed";
    }
    return "unknown";
}

void LabelText::store(const Label& label) noexcept {
    std::size_t used = 0;
    const auto put = [&](std::string_view word, std::size_t limit) noexcept {
        const auto length = std::min({word.size(), limit, sizeof text_ - used});
        word.copy(text_ + used, length);
        used += length;
        return static_cast<std::uint16_t>(length);
    };
    id_ = put(label.id, 64);
    route_ = put(label.route, 96);
    method_ = put(label.method, 16);
    target_ = put(label.target, sizeof text_);
}

Label LabelText::load() const noexcept {
    std::size_t used = 0;
    const auto get = [&](std::uint16_t length) noexcept {
        const auto available = std::min<std::size_t>(length, sizeof text_ - used);
        const std::string_view word(text_ + used, available);
        used += available;
        return word;
    };
    Label label;
    label.id = get(id_);
    label.route = get(route_);
    label.method = get(method_);
    label.target = get(target_);
    return label;
}

void WorkerBoard::store(Cell& cell, Phase phase, std::uint64_t sequence) noexcept {
    cell.word.store(sequence << 3 | static_cast<std::uint64_t>(phase), std::memory_order_seq_cst);
}

void WorkerBoard::wake_master() noexcept {
    // Sequentially consistent, like the store of the word before, and like the master's store of
    // `asleep` and its loads of the words. So either the worker sees that the master sleeps, or the
    // master sees this request.
    if (board_->header_->asleep.load(std::memory_order_seq_cst)) poke();
}

std::uint64_t WorkerBoard::publish(std::size_t index, const Label& label,
                                   Deadline::Clock::time_point started, Deadline deadline,
                                   std::int32_t tid, Deadline slow_at) noexcept {
    Cell& cell = cells_[index];
    labels_[index].store(label);
    cell.started.store(nanoseconds(started), std::memory_order_relaxed);
    cell.deadline.store(nanoseconds(deadline.time()), std::memory_order_relaxed);
    cell.slow_at.store(nanoseconds(slow_at.time()), std::memory_order_relaxed);
    cell.tid.store(tid, std::memory_order_relaxed);
    cell.handler_over.store(false, std::memory_order_relaxed);
    use(index);
    const auto sequence = (cell.word.load(std::memory_order_relaxed) >> 3) + 1;
    store(cell, Phase::running, sequence);
    // The master looks as often as the worker's shortest limit requires. This deadline may be
    // sooner, because the request has waited in a queue.
    const auto shortest = line_->shortest_limit.load(std::memory_order_relaxed);
    const bool sooner = deadline.time() - started < Duration(shortest);
    if (sooner && !deadline.is_never()) hasten(deadline);
    wake_master();
    return sequence << 3 | static_cast<std::uint64_t>(Phase::running);
}

bool WorkerBoard::move_deadline(std::size_t index, std::uint64_t& word,
                                Deadline deadline) noexcept {
    Cell& cell = cells_[index];
    // First no deadline, so that nobody reads the old deadline with the new word. Then a new
    // number, so that a claim for the old deadline fails. Then the new deadline.
    cell.deadline.store(INT64_MAX, std::memory_order_relaxed);
    auto expected = word;
    if (!cell.word.compare_exchange_strong(expected, word + 8, std::memory_order_acq_rel)) {
        return false;
    }
    word += 8;
    cell.deadline.store(nanoseconds(deadline.time()), std::memory_order_seq_cst);
    hasten(deadline);
    return true;
}

bool WorkerBoard::begin_response(std::size_t index) noexcept {
    Cell& cell = cells_[index];
    auto word = cell.word.load(std::memory_order_relaxed);
    // No limit applies from here on. A master that has read the old deadline must still win the
    // compare-and-swap of the word.
    cell.deadline.store(INT64_MAX, std::memory_order_relaxed);
    return Cell::phase(word) == Phase::running &&
           cell.word.compare_exchange_strong(word, with(word, Phase::responding),
                                             std::memory_order_acq_rel);
}

void WorkerBoard::resume_response(std::size_t index, Deadline::Clock::time_point started,
                                  Deadline deadline, std::int32_t tid) noexcept {
    Cell& cell = cells_[index];
    cell.started.store(nanoseconds(started), std::memory_order_relaxed);
    cell.tid.store(tid, std::memory_order_relaxed);
    // A new number, so that a claim for the deadline of the piece before fails. It is stored before
    // the deadline, so that a claim for this deadline cannot succeed on the word before.
    store(cell, Phase::responding, (cell.word.load(std::memory_order_relaxed) >> 3) + 1);
    cell.deadline.store(nanoseconds(deadline.time()), std::memory_order_release);
    wake_master();
}

bool WorkerBoard::rest_response(std::size_t index) noexcept {
    Cell& cell = cells_[index];
    auto word = cell.word.load(std::memory_order_relaxed);
    cell.deadline.store(INT64_MAX, std::memory_order_relaxed);
    return Cell::phase(word) == Phase::responding &&
           cell.word.compare_exchange_strong(word, word + 8, std::memory_order_acq_rel);
}

void WorkerBoard::finish(std::size_t index) noexcept {
    Cell& cell = cells_[index];
    const auto word = cell.word.load(std::memory_order_relaxed);
    cell.word.store(with(word, Phase::idle), std::memory_order_release);
}

void WorkerBoard::use(std::size_t index) noexcept {
    // Several threads of a pool may raise the number at once.
    auto used = line_->cells_used.load(std::memory_order_relaxed);
    while (used <= index &&
           !line_->cells_used.compare_exchange_weak(used, static_cast<std::uint32_t>(index + 1))) {
    }
}

void WorkerBoard::call_keeper() noexcept {
    line_->keeper_calls.fetch_add(1);
    ::syscall(SYS_futex, &line_->keeper_calls, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

std::uint32_t WorkerBoard::await_call(std::uint32_t last) noexcept {
    auto calls = line_->keeper_calls.load();
    for (; calls == last; calls = line_->keeper_calls.load()) {
        ::syscall(SYS_futex, &line_->keeper_calls, FUTEX_WAIT, last, nullptr, nullptr, 0);
    }
    return calls;
}

void WorkerBoard::poke() noexcept { ::eventfd_write(board_->wake_fd(), 1); }

std::span<CircuitBreaker> WorkerBoard::breakers() const noexcept {
    return board_->header_->breakers;
}

void WorkerBoard::hasten(Deadline deadline) noexcept {
    // Sequentially consistent, and after the store of the word or the deadline: see wake_master().
    const auto wakes_at = board_->header_->wakes_at.load(std::memory_order_seq_cst);
    if (nanoseconds(deadline.time()) < wakes_at) poke();
}

std::span<Cell> WorkerBoard::used_cells() const noexcept {
    return cells_.first(
        std::min<std::size_t>(line_->cells_used.load(std::memory_order_seq_cst), cells_.size()));
}

void WorkerBoard::reset() noexcept {
    const auto used = used_cells().size();
    for (std::size_t i = 0; i < used; ++i) {
        cells_[i].word.store(with(cells_[i].word.load(), Phase::idle));
        cells_[i].outcome.store(Outcome::none);
        cells_[i].waits_for.store(-1);
        cells_[i].parked.store(0);
        cells_[i].cpu_limit.store(0);
        cells_[i].report_only.store(false);
        records_[i].store({});
    }
    line_->cells_used.store(0);
    line_->state.store(WorkerState::booting);
    line_->shortest_limit.store(INT64_MAX);
    line_->requests.store(0);
    line_->worn.store(false);
    line_->told_to_go.store(false);
    line_->orders.store(0);
    line_->ready_at.store(0);
    line_->terminating.store(false);
    line_->frozen.store(false);
    line_->keeper.store(0);
    line_->keeper_calls.store(0);
    line_->ending.store(Ending::none);
    line_->copy_note.clear();
    line_->again.store(Again::none);
    line_->last_thread.store(0);
    line_->culprit.store(-1);
    line_->end_cut_short.store(false);
    line_->crash.state.store(CrashNote::State::none);
    line_->pending_adoption.clear();
}

Scoreboard::Scoreboard(std::size_t workers, std::size_t cells)
    : workers_(workers),
      cells_(cells),
      size_(round_up(sizeof(Header)) + sizeof(Counters) + workers * sizeof(WorkerLine) +
            workers * (cells * (sizeof(Cell) + sizeof(Meter) + sizeof(LabelText) +
                                sizeof(ConnectionRecordCell)) +
                       sizeof(db::RunningQueries) + sizeof(StackDump))),
      wake_(checked_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
    memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory_ == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), "mmap of the scoreboard");
    }

    // New shared memory is zero, which is the initial state of everything but the header and the
    // lines. Constructing the rest would touch every page.
    auto* const begin = static_cast<char*>(memory_);
    header_ = new (begin) Header;
    counters_ = reinterpret_cast<Counters*>(begin + round_up(sizeof(Header)));
    lines_ = reinterpret_cast<WorkerLine*>(counters_ + 1);
    std::uninitialized_default_construct_n(lines_, workers);
    cells_begin_ = reinterpret_cast<Cell*>(lines_ + workers);
    meters_ = reinterpret_cast<Meter*>(cells_begin_ + workers * cells);
    labels_ = reinterpret_cast<LabelText*>(meters_ + workers * cells);
    records_ = reinterpret_cast<ConnectionRecordCell*>(labels_ + workers * cells);
    queries_ = reinterpret_cast<db::RunningQueries*>(records_ + workers * cells);
    stack_dumps_ = reinterpret_cast<StackDump*>(queries_ + workers);
}

Scoreboard::~Scoreboard() { ::munmap(memory_, size_); }

WorkerBoard Scoreboard::worker(std::size_t slot) noexcept {
    return {*this,
            lines_[slot],
            std::span(cells_begin_ + slot * cells_, cells_),
            std::span(labels_ + slot * cells_, cells_),
            std::span(records_ + slot * cells_, cells_),
            queries_[slot],
            meters_ + slot * cells_,
            *counters_,
            stack_dumps_[slot]};
}

void Scoreboard::sleep(bool asleep) noexcept {
    header_->asleep.store(asleep, std::memory_order_seq_cst);
}

void Scoreboard::will_wake(Deadline deadline) noexcept {
    header_->wakes_at.store(nanoseconds(deadline.time()), std::memory_order_seq_cst);
}

bool Scoreboard::take_pokes() noexcept {
    // A handler in some worker may have made this eventfd blocking, so it is polled first.
    pollfd poked{.fd = wake_.get(), .events = POLLIN, .revents = 0};
    eventfd_t ignored = 0;
    return ::poll(&poked, 1, 0) > 0 && ::eventfd_read(wake_.get(), &ignored) == 0;
}

}  // namespace curfew::worker
