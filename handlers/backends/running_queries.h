#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace curfew::db {

/// A session with a database server, as that knows it.
struct Session {
    /// The server's number for it. Always of 32 bits; given out again only after all others, or
    /// when the server has started anew, which has ended the session as well.
    std::uint32_t id = 0;

    /// The client's end; 0 if that is a Unix socket. Behind an address that stands for several
    /// servers, the same id may be somebody else's.
    std::uint16_t port = 0;

    friend bool operator==(const Session&, const Session&) = default;
};

/// The sessions in which a statement runs now, and whose they are. In memory that outlives the
/// processes that write it, since a server goes on with a statement whose client has died: whoever
/// learns of the death takes what the dead left and has it cancelled. Memory that is all zero is an
/// empty one. From any thread, without locks.
class RunningQueries {
  public:
    static constexpr std::size_t capacity = 256;

    struct Slot {
        std::atomic<std::uint64_t> word{0};  ///< process << 32 | session; 0: free
        std::atomic<std::uint16_t> port{0};
    };

    /// nullptr if there is no room. No system call.
    [[nodiscard]] Slot* enter(pid_t process, Session session) noexcept;
    static void leave(Slot& slot) noexcept { slot.word.store(0, std::memory_order_release); }

    /// What a dead process has left; and what all have. The second call finds nothing.
    [[nodiscard]] std::vector<Session> take(pid_t process);
    [[nodiscard]] std::vector<Session> take_all();

  private:
    template <typename Wanted>
    std::vector<Session> take_if(Wanted wanted);

    std::array<Slot, capacity> slots_;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Statements of this process are entered from now on, as its own: a child process that runs some
/// calls this too. Before that, and if the table is full, they are not, and nobody cancels them.
void record_queries_in(RunningQueries& table) noexcept;

/// Where they are entered; nullptr: nowhere.
[[nodiscard]] RunningQueries* recorded_queries() noexcept;

/// One statement, while it runs.
class RunningQuery {
  public:
    explicit RunningQuery(Session session) noexcept;
    ~RunningQuery() {
        if (slot_ != nullptr) RunningQueries::leave(*slot_);
    }
    RunningQuery(const RunningQuery&) = delete;
    RunningQuery& operator=(const RunningQuery&) = delete;

  private:
    RunningQueries::Slot* slot_;
};

}  // namespace curfew::db
