#include "master/post_mortem/subject.h"

namespace curfew::master {

Subject subject_of(const Child& child, const Overdue& seen) {
    const auto& board = child.board();
    const auto& cell = board.cells()[seen.cell];
    const auto label = board.label(seen.cell);
    return {.pid = child.pid(),
            .tid = cell.tid.load(std::memory_order_relaxed),
            .client = board.ledger(seen.cell).load().fd,
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

bool still_runs(const Subject& subject) noexcept {
    return subject.cell->word.load(std::memory_order_acquire) == subject.word;
}

}  // namespace curfew::master
