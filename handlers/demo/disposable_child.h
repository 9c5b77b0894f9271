#pragma once

#include <curfew/app.h>

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>

namespace demo {

/// Waits until all other threads of this process sleep: one that works may hold a lock, which
/// nobody would free in a child. Throws HttpError 503 after two seconds.
void wait_for_other_threads();

/// How a child ended.
struct ChildEnd {
    bool killed = false;  ///< by us: it had not ended by the deadline
    int signal = 0;       ///< that it died of by itself; 0: none
    int status = 0;       ///< that it exited with
    std::string output = {};
};

/// A copy of this process in which things may go wrong. It is killed and waited for at the latest
/// by the destructor, and by the kernel if this process ends before.
class DisposableChild {
  public:
    /// Runs `function` in the child, which exits with what that returns. It is given a descriptor
    /// for its output, and has no other but /dev/null.
    ///
    /// Throws as wait_for_other_threads() does.
    explicit DisposableChild(const std::function<int(int output)>& function);
    ~DisposableChild();
    DisposableChild(DisposableChild&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), output_(std::move(other.output_)) {}
    DisposableChild& operator=(DisposableChild&&) = delete;

    /// Waits for its end, and kills it at the deadline. To be called once.
    [[nodiscard]] ChildEnd wait(curfew::Deadline deadline);

  private:
    pid_t pid_;                ///< 0 once it has been waited for
    curfew::UniqueFd output_;  ///< ends when the child does
};

}  // namespace demo
