#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace curfew::db {

/// A session with a database server, as that knows it.
struct Session {
    /// The server's number for it. Always of 32 bits; given out again only after all others, or
    /// when the server has started anew, which has ended the session as well.
    std::uint32_t id = 0;

    /// The client's end, as the server sees it; 0 if that is a Unix socket. Behind an address that
    /// stands for several servers, the same id may be somebody else's.
    std::uint16_t port = 0;

    friend bool operator==(const Session&, const Session&) = default;
};

/// The sessions in which a statement runs now, and whose they are. In memory that outlives the
/// processes that write it, since a server goes on with a statement whose client has died: whoever
/// learns of the death takes what the dead left and has it cancelled. Memory that is all zero is an
/// empty one. From any thread, without locks.
class RunningQueries {
  public:
    /// A fiber worker with all its connections in statements fits.
    static constexpr std::size_t capacity = 1024;

    struct Slot {
        /// The process << 32 | the session; 0: free. Without a session while it is being entered.
        std::atomic<std::uint64_t> word{0};
        std::atomic<std::uint16_t> port{0};
    };

    /// What enter() has made: nothing if there was no room.
    struct Entry {
        Slot* slot = nullptr;
        std::uint64_t word = 0;
    };

    /// Looks for room first where this thread last found it. A system call at a thread's first.
    [[nodiscard]] Entry enter(pid_t process, Session session) noexcept;
    /// Leaves the place alone if somebody has taken what was in it.
    static void leave(const Entry& entry) noexcept;

    /// What a dead process has left or had in its care; and what all have. The second call finds
    /// nothing.
    [[nodiscard]] std::vector<Session> take(pid_t process);
    [[nodiscard]] std::vector<Session> take_all();

    /// Puts what a dead process has left or had in its care into that of another, to be cancelled:
    /// should that one die first, whoever learns of it finds this too. False: there was nothing.
    bool entrust(pid_t dead, pid_t to) noexcept;
    [[nodiscard]] std::vector<Session> entrusted_to(pid_t process) const;
    /// What has been cancelled.
    void forget(std::span<const Session> cancelled) noexcept;

  private:
    template <typename Wanted>
    std::vector<Session> take_if(Wanted wanted);

    std::array<Slot, capacity> slots_;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Statements of this process are entered from now on, as its own: a child process that runs some
/// calls this too. Before that, and if the table is full, they are not, and nobody cancels them.
void record_queries_in(RunningQueries& table) noexcept;
void record_no_queries() noexcept;

/// Where they are entered; nullptr: nowhere.
[[nodiscard]] RunningQueries* recorded_queries() noexcept;

/// One statement, while it runs.
class RunningQuery {
  public:
    explicit RunningQuery(Session session) noexcept;
    ~RunningQuery() { RunningQueries::leave(entry_); }
    RunningQuery(const RunningQuery&) = delete;
    RunningQuery& operator=(const RunningQuery&) = delete;

  private:
    RunningQueries::Entry entry_;
};

}  // namespace curfew::db
