#include "master/workers/culprit.h"

#include <cstdint>

namespace curfew::master {

namespace {

using worker::Cell;
using worker::Phase;

/// Whether the handler of the request runs. It may still run after the request was claimed, and it
/// runs while it makes a piece of a stream: only then has a response a deadline.
bool runs_handler(const Cell& cell) noexcept {
    const auto phase = Cell::phase(cell.word.load(std::memory_order_acquire));
    return phase == Phase::running || (phase == Phase::claimed && !cell.handler_over.load()) ||
           (phase == Phase::responding && cell.deadline.load() != INT64_MAX);
}

/// The only cell for which the predicate holds; nothing if there are several.
template <typename Predicate>
std::optional<std::size_t> only(std::span<const Cell> cells, Predicate holds) noexcept {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!runs_handler(cells[i]) || !holds(cells[i])) continue;
        if (found) return {};
        found = i;
    }
    return found;
}

}  // namespace

std::optional<std::size_t> culprit(const worker::WorkerBoard& board) noexcept {
    const auto cells = board.used_cells();
    if (const auto alone = only(cells, [](const Cell&) { return true; })) return alone;
    const auto thread = board.line().last_thread.load();
    return only(cells, [&](const Cell& cell) {
        return cell.parked.load() == 0 && (thread == 0 || cell.tid.load() == thread);
    });
}

}  // namespace curfew::master
