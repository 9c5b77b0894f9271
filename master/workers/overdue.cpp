#include "master/workers/overdue.h"

#include <algorithm>

namespace curfew::master {

using worker::Cell;
using worker::Phase;

namespace {

Deadline::Clock::time_point time_of(const std::atomic<std::int64_t>& nanoseconds) noexcept {
    return Deadline::Clock::time_point(Duration(nanoseconds.load(std::memory_order_relaxed)));
}

}  // namespace

Scan scan(const worker::WorkerBoard& board, Deadline::Clock::time_point now, Duration lead) {
    Scan result;
    const auto cells = board.used_cells();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const Cell& cell = cells[i];
        // Sequentially consistent, like publish() and Scoreboard::sleep(): see wake_master().
        const auto word = cell.word.load(std::memory_order_seq_cst);
        const auto phase = Cell::phase(word);
        if (phase != Phase::running && phase != Phase::responding) continue;
        result.busy = true;
        const bool report_only = cell.report_only.load(std::memory_order_relaxed);
        if (report_only && cell.reported.load(std::memory_order_relaxed) == word) continue;

        const auto deadline = time_of(cell.deadline);
        const auto started = time_of(cell.started);
        if (deadline <= now) {
            result.overdue.push_back({.cell = i,
                                      .word = word,
                                      .age = now - started,
                                      .limit = deadline - started,
                                      .report_only = report_only});
            continue;
        }
        result.nearest = std::min(result.nearest, Deadline::at(deadline));
        if (!report_only && !Deadline::at(deadline).is_never()) {
            const auto ahead = std::min(lead, (deadline - started) / 2);
            result.near_limit = std::min(result.near_limit, Deadline::at(deadline - ahead));
        }

        const auto spent_at = cell.cpu_spent_at.load(std::memory_order_relaxed);
        if (const Duration limit(cell.cpu_limit.load(std::memory_order_relaxed));
            limit != Duration::zero() && spent_at != INT64_MAX) {
            result.burning.push_back({.cell = i,
                                      .word = word,
                                      .thread = cell.tid.load(std::memory_order_relaxed),
                                      .started = started,
                                      .limit = limit,
                                      .spent_at = Duration(spent_at),
                                      .report_only = report_only});
        }

        if (phase != Phase::running) continue;  // while it responds, the client may be slow
        const auto slow_at = time_of(cell.slow_at);
        if (slow_at <= now) {
            result.slow.push_back(
                {.cell = i, .word = word, .age = now - started, .limit = slow_at - started});
        } else {
            result.nearest = std::min(result.nearest, Deadline::at(slow_at));
        }
    }
    return result;
}

bool report(const worker::WorkerBoard& board, const Overdue& overdue) noexcept {
    auto& cell = board.cells()[overdue.cell];
    // A read-modify-write, because a plain load could be reordered before the reads of the label.
    if (cell.word.fetch_add(0, std::memory_order_acq_rel) != overdue.word) return false;
    cell.reported.store(overdue.word, std::memory_order_relaxed);
    return true;
}

bool claim(const worker::WorkerBoard& board, const Overdue& overdue) noexcept {
    auto& cell = board.cells()[overdue.cell];
    cell.limit.store(overdue.limit.count(), std::memory_order_relaxed);
    cell.limit_kind.store(overdue.kind, std::memory_order_relaxed);
    auto expected = overdue.word;
    const auto claimed =
        (expected & ~std::uint64_t{7}) | static_cast<std::uint64_t>(Phase::claimed);
    // If it succeeds, the deadline that was read belongs to this request as well.
    return cell.word.compare_exchange_strong(expected, claimed, std::memory_order_acq_rel);
}

bool take_slow(const worker::WorkerBoard& board, const Overdue& slow) noexcept {
    Cell& cell = board.cells()[slow.cell];
    auto at = cell.started.load(std::memory_order_relaxed) + slow.limit.count();
    return cell.word.load(std::memory_order_acquire) == slow.word &&
           cell.slow_at.compare_exchange_strong(at, INT64_MAX, std::memory_order_relaxed);
}

}  // namespace curfew::master
