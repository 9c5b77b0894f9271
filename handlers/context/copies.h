#pragma once

#include <string_view>

namespace curfew {

/// Reports the end of a copy: the route and the request whose handler made it. Async-signal-safe.
using TellOfCopy = void (*)(std::string_view route, std::string_view request) noexcept;

/// Makes this process the one that responds to clients. Processes that are forked from it are
/// copies, which may not. A copy that does not execute another program ends when this process ends,
/// except for the grandchild of a handler that forks twice. A copy that returns to the server's
/// code ends at once: see CopyEnds.
void be_the_original();

/// Sets who hears of copies that return to the server's code, in this process and in processes that
/// are forked from it.
void tell_of_copies_by(TellOfCopy tell) noexcept;

/// True in a copy, whichever way it was made: fork, _Fork or the system call. One load.
[[nodiscard]] bool is_copy() noexcept;

/// A guard around each call of the application's code. If that code forks, and the copy leaves the
/// call by returning or throwing, the copy ends here, before it touches what it shares with the
/// original. Nothing is flushed, and no destructor runs.
class CopyEnds {
  public:
    explicit CopyEnds(std::string_view route = {}, std::string_view request = {}) noexcept
        : route_(route), request_(request) {}
    ~CopyEnds() {
        if (is_copy()) end();
    }
    CopyEnds(const CopyEnds&) = delete;
    CopyEnds& operator=(const CopyEnds&) = delete;

  private:
    [[noreturn]] void end() const noexcept;

    std::string_view route_;
    std::string_view request_;
};

}  // namespace curfew
