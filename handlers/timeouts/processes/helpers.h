#pragma once

#include "../../base/unique_fd.h"
#include "../../context/own_mutex.h"

#include <sys/types.h>

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace curfew {

class CancelToken;

/// A process that waits for a function to run, as its caller sees it.
struct Helper {
    UniqueFd socket;
    UniqueFd pidfd;
};

/// The helpers of strategy `process`, and the queue of callers that wait for one. take() and put()
/// are safe from any thread and any fiber; no lock is held during a wait.
class Helpers {
  public:
    /// Called first in each new process, with its role: "zygote" or "helper".
    using Begin = std::function<void(const char* role)>;

    /// Forks the zygote, which forks the helpers, and a new one for each that dies. To be called
    /// while there is one thread, and once all code is loaded that calls may run. Throws
    /// std::logic_error if there are other threads, or helpers already; std::system_error.
    ///
    /// `begin` closes descriptors that these processes must not keep open, such as listening
    /// sockets. They end when this process ends, in whichever way. If the zygote is killed, the
    /// helpers end with it, and calls fail until this process is replaced.
    void start(int count, const Begin& begin);

    /// A descriptor that becomes readable when the zygote dies; -1: there is none.
    [[nodiscard]] int end_fd() const noexcept { return zygote_pidfd_.get(); }

    /// Ends the zygote and the helpers, and waits for that. Only for the thread that has started
    /// them.
    void stop() noexcept;

    enum class Here {
        yes,
        none,   ///< never started
        above,  ///< this process was forked from the one that has the helpers
    };
    [[nodiscard]] Here here() const noexcept;

    /// Waits for a free helper, for as long as the context allows. Throws TimeoutError once the
    /// context has expired, std::runtime_error if the zygote has died.
    [[nodiscard]] Helper take();
    void put(Helper helper);

  private:
    class Waiter;

    void give(Helper helper);
    void welcome_new();

    pid_t owner_ = 0;
    pid_t zygote_ = 0;  ///< until stop() has reaped it
    UniqueFd zygote_pidfd_;
    UniqueFd zygote_socket_;  ///< the zygote sends new helpers over it
    OwnMutex mutex_;
    std::vector<Helper> idle_;
    std::deque<Waiter*> waiting_;
    bool zygote_gone_ = false;
};

/// The helpers of this process.
[[nodiscard]] Helpers& helpers() noexcept;

}  // namespace curfew
