#pragma once

#include "handlers/context/pooled_token.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "fiber_loop.h"

namespace curfew::tests {

/// Lets other fibers run, or other threads.
inline void pause_for_others() { ::usleep(1000); }

/// Has something done by another thread, and undone when it is released.
class Held {
  public:
    template <typename Lock, typename Unlock>
    Held(Lock lock, Unlock unlock)
        : thread_([this, lock, unlock] {
              lock();
              locked_ = true;
              locked_.notify_one();
              released_.wait(false);
              unlock();
          }) {
        locked_.wait(false);
    }

    template <typename Mutex>
    explicit Held(Mutex& mutex) : Held([&mutex] { mutex.lock(); }, [&mutex] { mutex.unlock(); }) {}

    ~Held() { release(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    void release() {
        if (!thread_.joinable()) return;
        released_ = true;
        released_.notify_one();
        thread_.join();
    }

  private:
    std::atomic<bool> locked_{false};
    std::atomic<bool> released_{false};
    std::thread thread_;
};

/// Calls a function on this thread and on a fiber.
inline void on_thread_and_fiber(const std::function<void()>& function) {
    function();
    FiberLoop loop;
    loop.add(function);
    loop.run();
}

/// Calls a function under a limit that comes soon, and under a token that is raised soon.
inline void under_limits(const std::function<void()>& function) {
    {
        const ContextScope outer(Deadline::in(std::chrono::hours(1)));
        const ContextScope scope(Deadline::in(std::chrono::milliseconds(10)));
        function();
        CHECK(call_context().expired());
    }
    const PooledToken token;
    const ContextScope scope(cancelled_by(*token, Deadline::in(std::chrono::hours(1))));
    std::atomic<bool> raised{false};
    std::thread canceller([&] {
        pause_for_others();
        token->raise();
        raised = true;
    });
    function();
    // Here a join() of a thread would fail, because the token is raised.
    while (!raised) std::this_thread::yield();
    canceller.detach();
}

}  // namespace curfew::tests
