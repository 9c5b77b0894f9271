#pragma once

#include <sys/types.h>

#include <functional>
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

/// The children of this process, those that have ended and wait to be reaped included. Throws
/// std::runtime_error, std::system_error included, if there are some and they cannot be told.
[[nodiscard]] std::vector<pid_t> children();

/// Kills and reaps the children of this process but for some, then what these leave behind, and so
/// on. Needs a Subreaper. `flags`: 0: returns true when none is left; WNOHANG: does not wait for
/// the ends of those it has killed, and returns false if it would have to: call it again. Those
/// that this process has no right to kill are left alone. `reaped` is told of each that is reaped.
/// One system call if there are no children. Throws as children() does.
bool end_children(const std::vector<pid_t>& spared, int flags,
                  const std::function<void(pid_t)>& reaped);

}  // namespace curfew
