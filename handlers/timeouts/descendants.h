#pragma once

#include <sys/types.h>

#include <vector>

namespace curfew {

/// For a scope: descendants whose parents die become children of this process, so that none of them
/// is out of its reach. Several at once are one. Only for processes with one thread.
class Subreaper {
  public:
    Subreaper() noexcept;
    ~Subreaper();
    Subreaper(const Subreaper&) = delete;
    Subreaper& operator=(const Subreaper&) = delete;
};

/// The children of this process, those that have ended and wait to be reaped included.
[[nodiscard]] std::vector<pid_t> children();

/// Kills and reaps the children of this process but for some, then what these leave behind, and so
/// on. Needs a Subreaper. `flags`: 0: returns true when none is left; WNOHANG: does not wait for
/// the ends of those it has killed, and returns false if it would have to: call it again.
/// One system call if there are no children.
bool end_children(const std::vector<pid_t>& spared, int flags);

}  // namespace curfew
