#include "running_queries.h"

#include <unistd.h>

namespace curfew::db {

namespace {

std::atomic<RunningQueries*> table_in_force = nullptr;
std::atomic<pid_t> self = 0;  // getpid() is a system call

constexpr pid_t process_of(std::uint64_t word) noexcept { return static_cast<pid_t>(word >> 32); }

}  // namespace

RunningQueries::Slot* RunningQueries::enter(pid_t process, Session session) noexcept {
    const auto word = static_cast<std::uint64_t>(process) << 32 | session.id;
    for (Slot& slot : slots_) {
        std::uint64_t free = 0;
        if (slot.word.load(std::memory_order_relaxed) != 0 ||
            !slot.word.compare_exchange_strong(free, word, std::memory_order_acq_rel)) {
            continue;
        }
        slot.port.store(session.port, std::memory_order_relaxed);
        return &slot;
    }
    return nullptr;
}

template <typename Wanted>
std::vector<Session> RunningQueries::take_if(Wanted wanted) {
    std::vector<Session> taken;
    for (Slot& slot : slots_) {
        auto word = slot.word.load(std::memory_order_acquire);
        if (word == 0 || !wanted(word)) continue;
        const auto port = slot.port.load(std::memory_order_relaxed);
        if (!slot.word.compare_exchange_strong(word, 0, std::memory_order_acq_rel)) continue;
        taken.push_back({.id = static_cast<std::uint32_t>(word), .port = port});
    }
    return taken;
}

std::vector<Session> RunningQueries::take(pid_t process) {
    return take_if([process](std::uint64_t word) { return process_of(word) == process; });
}

std::vector<Session> RunningQueries::take_all() {
    return take_if([](std::uint64_t) { return true; });
}

void record_queries_in(RunningQueries& table) noexcept {
    self = ::getpid();
    table_in_force = &table;
}

RunningQueries* recorded_queries() noexcept { return table_in_force; }

RunningQuery::RunningQuery(Session session) noexcept : slot_(nullptr) {
    if (RunningQueries* const table = recorded_queries()) slot_ = table->enter(self, session);
}

}  // namespace curfew::db
