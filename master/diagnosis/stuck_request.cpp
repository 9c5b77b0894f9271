#include "master/diagnosis/stuck_request.h"

namespace curfew::master {

StuckRequest subject_of(const Child& child, const Overdue& seen) {
    const auto& board = child.board();
    const auto& cell = board.cells()[seen.cell];
    const auto label = board.label(seen.cell);
    return {.pid = child.pid(),
            .tid = cell.tid.load(std::memory_order_relaxed),
            .client = board.record(seen.cell).load().fd,
            .age = seen.age,
            .limit = seen.limit,
            .id = std::string(label.id),
            .route = std::string(label.route),
            .method = std::string(label.method),
            .target = std::string(label.target),
            .cell = &cell,
            .word = seen.word,
            .stack_dump = &board.stack_dump(),
            .backends = &child.options().backends};
}

bool still_runs(const StuckRequest& request) noexcept {
    return request.cell->word.load(std::memory_order_acquire) == request.word;
}

}  // namespace curfew::master
