#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

namespace curfew {

/// For a scope, makes this process the subreaper: descendants whose parents die become children of
/// this process, so that it can find and kill them. Scopes may nest. Only for processes with one
/// thread.
class Subreaper {
  public:
    Subreaper() noexcept;
    ~Subreaper();
    Subreaper(const Subreaper&) = delete;
    Subreaper& operator=(const Subreaper&) = delete;
};

/// The children of this process, zombies included. Throws std::runtime_error (or std::system_error)
/// if there are some and /proc does not list them.
[[nodiscard]] std::vector<pid_t> children();

/// Kills and reaps the children of this process except `spared`, then the children that these leave
/// behind, and so on. Needs a Subreaper. `flags`: with 0 it returns true when none is left; with
/// WNOHANG it does not wait for killed processes to end, and returns false if some have not: call
/// it again. Children that this process has no right to kill are left alone. Calls `reaped` for
/// each that is reaped. One system call if there are no children. Throws as children() does.
bool end_children(const std::vector<pid_t>& spared, int flags,
                  const std::function<void(pid_t)>& reaped);

}  // namespace curfew
