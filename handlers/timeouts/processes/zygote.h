#pragma once

#include "../../base/unique_fd.h"
#include "helpers.h"

#include <sys/types.h>

#include <vector>

namespace curfew {

/// The process that all helpers are forked from. It does nothing else. So it has one thread, and
/// its memory is as it was when the application was loaded, unchanged by any call.
class Zygote {
  public:
    /// The first call after fork. `worker`: a pidfd of the process that makes the calls; `socket`:
    /// over which that process gets the new helpers.
    [[noreturn]] static void begin(UniqueFd worker, UniqueFd socket, int count,
                                   const Helpers::Begin& begin) noexcept;

  private:
    struct Member {
        pid_t pid = 0;
        UniqueFd pidfd;
        UniqueFd socket;  ///< the helper's own end, over which the zygote reports its death
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
    bool orphans_left_ = false;  ///< processes that dead helpers had started have not ended yet
};

}  // namespace curfew
