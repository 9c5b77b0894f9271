#pragma once

#include "../../base/unique_fd.h"

#include <sys/types.h>

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace curfew {

class CancelToken;

/// A process that waits for a function to run, as the one that makes the calls sees it.
struct Helper {
    UniqueFd socket;
    UniqueFd pidfd;
};

/// The warm processes of strategy `process`, and who waits for one. take() and put() are safe from
/// any thread and any fiber; nothing is locked during a wait.
class Helpers {
  public:
    /// Told of each role in the new process that begins it: "zygote", "helper".
    using Begin = std::function<void(const char* role)>;

    /// Forks the zygote: it forks the helpers, and another for each that has died. Call it while
    /// there is one thread and all code is loaded that calls may run. Throws std::logic_error if
    /// there are others, or helpers already; std::system_error.
    ///
    /// `begin` closes what they must not keep open, as listening sockets. They end with this
    /// process, however that ends. Should the zygote itself be killed, they end with it, and calls
    /// fail until this process is replaced.
    void start(int count, const Begin& begin);

    /// Readable once the zygote has died; -1 if there is none.
    [[nodiscard]] int end_fd() const noexcept { return zygote_pidfd_.get(); }

    /// Ends them all, and waits for that. Only by the thread that has started them.
    void stop() noexcept;

    enum class Here {
        yes,
        none,   ///< never started
        above,  ///< in the process that this one was forked from: they are its own
    };
    [[nodiscard]] Here here() const noexcept;

    /// Waits for one to be free, as the context says. Throws TimeoutError once it has expired,
    /// std::runtime_error if none will ever come.
    [[nodiscard]] Helper take();
    void put(Helper helper);

  private:
    class Waiter;

    void give(Helper helper);
    void welcome_new();

    pid_t owner_ = 0;
    pid_t zygote_ = 0;  ///< until stop() has reaped it
    UniqueFd zygote_pidfd_;
    UniqueFd zygote_socket_;  ///< where new helpers come from
    std::mutex mutex_;
    std::vector<Helper> idle_;
    std::deque<Waiter*> waiting_;
    bool zygote_gone_ = false;
};

/// Those of this process.
[[nodiscard]] Helpers& helpers() noexcept;

}  // namespace curfew
