#pragma once

#include "../unique_fd.h"
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
        UniqueFd socket;  ///< its own end: its obituary goes to whom its answer would
        bool dead = false;
    };

    Zygote(UniqueFd worker, UniqueFd socket, int count, const Helpers::Begin& begin);
    void run();
    void hire_missing();
    void hire();
    bool wait();
    void bury_dead();
    void bury(const Member& member);
    void cancel_queries();
    [[nodiscard]] std::vector<pid_t> known() const;

    const UniqueFd worker_;
    UniqueFd socket_;
    const std::size_t count_;
    const Helpers::Begin& begin_;
    std::vector<Member> members_;
    bool strangers_left_ = false;  ///< of what dead helpers had started
};

}  // namespace curfew
