#include "running_queries.h"

#include <unistd.h>

#include <algorithm>

namespace curfew::db {

namespace {

std::atomic<RunningQueries*> table_in_force = nullptr;
std::atomic<pid_t> self = 0;  // getpid() is a system call

using Word = std::uint64_t;

/// Of a word whose session is in the care of the process, which is not its client.
constexpr Word entrusted = Word{1} << 63;

constexpr Word word_of(pid_t process, std::uint32_t session) noexcept {
    return static_cast<Word>(process) << 32 | session;
}
constexpr pid_t process_of(Word word) noexcept {
    return static_cast<pid_t>((word & ~entrusted) >> 32);
}
constexpr std::uint32_t session_of(Word word) noexcept { return static_cast<std::uint32_t>(word); }

/// Threads begin far from each other.
std::size_t first_place() noexcept {
    return static_cast<std::size_t>(::gettid()) * 37 % RunningQueries::capacity;
}

}  // namespace

RunningQueries::Entry RunningQueries::enter(pid_t process, Session session) noexcept {
    thread_local std::size_t place = first_place();
    Word claim = word_of(process, 0);
    for (std::size_t tried = 0; tried < capacity; ++tried, place = (place + 1) % capacity) {
        Slot& slot = slots_[place];
        Word free = 0;
        if (slot.word.load(std::memory_order_relaxed) != 0 ||
            !slot.word.compare_exchange_strong(free, claim, std::memory_order_acq_rel)) {
            continue;
        }
        slot.port.store(session.port, std::memory_order_relaxed);
        const Word word = word_of(process, session.id);
        if (!slot.word.compare_exchange_strong(claim, word, std::memory_order_acq_rel)) break;
        return {.slot = &slot, .word = word};
    }
    return {};
}

void RunningQueries::leave(const Entry& entry) noexcept {
    if (entry.slot == nullptr) return;
    Word own = entry.word;
    entry.slot->word.compare_exchange_strong(own, 0, std::memory_order_acq_rel);
}

template <typename Wanted>
std::vector<Session> RunningQueries::take_if(Wanted wanted) {
    std::vector<Session> taken;
    for (Slot& slot : slots_) {
        auto word = slot.word.load(std::memory_order_acquire);
        if (word == 0 || !wanted(word)) continue;
        const Session session{.id = session_of(word), .port = slot.port.load()};
        if (!slot.word.compare_exchange_strong(word, 0, std::memory_order_acq_rel)) continue;
        if (session.id != 0) taken.push_back(session);
    }
    return taken;
}

std::vector<Session> RunningQueries::take(pid_t process) {
    return take_if([process](Word word) { return process_of(word) == process; });
}

std::vector<Session> RunningQueries::take_all() {
    return take_if([](Word) { return true; });
}

bool RunningQueries::entrust(pid_t dead, pid_t to) noexcept {
    bool any = false;
    for (Slot& slot : slots_) {
        auto word = slot.word.load(std::memory_order_acquire);
        if (word == 0 || process_of(word) != dead) continue;
        const auto session = session_of(word);
        const Word next = session == 0 ? 0 : entrusted | word_of(to, session);
        const bool moved = slot.word.compare_exchange_strong(word, next, std::memory_order_acq_rel);
        any = any || (moved && next != 0);
    }
    return any;
}

std::vector<Session> RunningQueries::entrusted_to(pid_t process) const {
    std::vector<Session> found;
    for (const Slot& slot : slots_) {
        const auto word = slot.word.load(std::memory_order_acquire);
        if ((word & entrusted) == 0 || process_of(word) != process) continue;
        found.push_back({.id = session_of(word), .port = slot.port.load()});
    }
    return found;
}

void RunningQueries::forget(std::span<const Session> cancelled) noexcept {
    for (Slot& slot : slots_) {
        auto word = slot.word.load(std::memory_order_acquire);
        if ((word & entrusted) == 0) continue;
        const Session session{.id = session_of(word), .port = slot.port.load()};
        if (std::ranges::count(cancelled, session) == 0) continue;
        slot.word.compare_exchange_strong(word, 0, std::memory_order_acq_rel);
    }
}

void record_queries_in(RunningQueries& table) noexcept {
    self = ::getpid();
    table_in_force = &table;
}

void record_no_queries() noexcept { table_in_force = nullptr; }

RunningQueries* recorded_queries() noexcept { return table_in_force; }

RunningQuery::RunningQuery(Session session) noexcept {
    if (RunningQueries* const table = recorded_queries()) entry_ = table->enter(self, session);
}

}  // namespace curfew::db
