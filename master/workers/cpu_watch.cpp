#include "master/workers/cpu_watch.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace curfew::master {

namespace {

/// The clock of a running thread lags by up to a tick, so there is no use in reading it more often.
constexpr Duration least_pause = std::chrono::milliseconds(1);

}  // namespace

bool CpuWatch::exceeded(const worker::WorkerBoard& board, const Burning& burning,
                        Deadline::Clock::time_point now) {
    const auto look_at = next_look(board, burning);
    if (!look_at.passed(now)) return false;

    const auto& cell = board.cells()[burning.cell];
    const auto clock = clock_(board.line().pid.load(std::memory_order_relaxed), burning.thread);
    // The request's fiber may have paused since the scan.
    const Duration spent_at(cell.cpu_spent_at.load(std::memory_order_acquire));
    auto left = least_pause;
    if (spent_at <= Duration::zero()) {
        left = -spent_at;
    } else if (clock && spent_at == burning.spent_at) {
        left = spent_at - *clock;
    }
    if (left <= Duration::zero()) return true;

    const auto again = Deadline::after(now, std::max(left, least_pause));
    const auto known = std::ranges::find(looks_, &cell, &Look::cell);
    if (known == looks_.end()) {
        looks_.push_back({&cell, burning.word, again});
    } else {
        *known = {&cell, burning.word, again};
    }
    return false;
}

Deadline CpuWatch::next_look(const worker::WorkerBoard& board, const Burning& burning) const {
    const auto* const cell = &board.cells()[burning.cell];
    const auto known = std::ranges::find(looks_, cell, &Look::cell);
    if (known != looks_.end() && known->word == burning.word) return known->at;
    return Deadline::after(burning.started, burning.limit);
}

void CpuWatch::forget_ended() {
    std::erase_if(looks_, [](const Look& look) { return look.cell->word.load() != look.word; });
}

std::optional<Duration> thread_cpu_time(pid_t process, pid_t thread) {
    std::ifstream file("/proc/" + std::to_string(process) + "/task/" + std::to_string(thread) +
                       "/schedstat");
    std::int64_t nanoseconds = 0;
    if (!(file >> nanoseconds)) return {};
    return Duration(nanoseconds);
}

}  // namespace curfew::master
