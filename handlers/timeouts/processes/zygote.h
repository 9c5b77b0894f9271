#pragma once

#include "../../base/unique_fd.h"
#include "helpers.h"

#include <sys/types.h>

#include <vector>

namespace curfew {

/// The process that all helpers are forked from, and nothing else: it has one thread, and what the
/// application has loaded, but nothing of what calls have made of it since.
class Zygote {
  public:
    /// After fork. `worker`: the pidfd of the process that makes the calls; `socket`: to which the
    /// new helpers are told.
    [[noreturn]] static void begin(UniqueFd worker, UniqueFd socket, int count,
                                   const Helpers::Begin& begin) noexcept;

  private:
    struct Member {
        pid_t pid = 0;
        UniqueFd pidfd;
        UniqueFd socket;  ///< its own end: the news of its death goes to whom its answer would
        bool dead = false;
    };

    Zygote(UniqueFd worker, UniqueFd socket, int count, const Helpers::Begin& begin);
    void run();
    void spawn_missing();
    void spawn();
    bool wait();
    void reap_dead();
    void reap(const Member& member);
    void cancel_queries();
    [[nodiscard]] std::vector<pid_t> known() const;

    const UniqueFd worker_;
    UniqueFd socket_;
    const std::size_t count_;
    const Helpers::Begin& begin_;
    std::vector<Member> members_;
    bool orphans_left_ = false;  ///< of what dead helpers had started
};

}  // namespace curfew
