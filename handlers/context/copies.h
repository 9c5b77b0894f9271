#pragma once

#include <string_view>

namespace curfew {

/// What a copy says before it ends: whose handler made it. Async-signal-safe.
using TellOfCopy = void (*)(std::string_view route, std::string_view request) noexcept;

/// From now on this process is the one that answers, and processes that are forked from it are
/// copies of it, which may not. A copy that does not execute another program ends with this process
/// (a handler that forks twice makes one that does not), and at once if it comes back to the
/// server: see CopyEnds.
void be_the_original();

/// Who hears of copies that come back, here and in processes that are forked from here.
void tell_of_copies_by(TellOfCopy tell) noexcept;

/// True in a copy, whichever way it was made: fork, _Fork or the system call. One load.
[[nodiscard]] bool is_copy() noexcept;

/// Around each call of code that is not ours: what was forked in it and leaves it, by returning or
/// by throwing, ends here, before it touches what it shares with the original. Nothing is flushed,
/// and no destructor runs.
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
