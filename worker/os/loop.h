#pragma once

#include "handlers/base/deadline.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>

#include <functional>
#include <memory>
#include <new>

namespace curfew::worker {

/// libevent's base. Make it after fork: an epoll descriptor must not be shared between processes.
/// Single-threaded, as everything registered with it.
class Loop {
  public:
    Loop();

    /// Runs until stop(). An exception out of a callback ends it and is thrown here.
    void run();
    void stop() noexcept;

    [[nodiscard]] event_base* base() const noexcept { return base_.get(); }

    /// For trampolines: keeps the current exception for run() and stops.
    void fail() noexcept;

  private:
    struct Free {
        void operator()(event_base* base) const noexcept { event_base_free(base); }
    };
    std::unique_ptr<event_base, Free> base_;
    std::exception_ptr failure_;
};

/// A registration with the loop; its destructor unregisters. The callback runs on the loop's thread
/// and may destroy the event itself.
class Event {
  public:
    using Callback = std::function<void()>;

    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void disable() noexcept { event_del(&event_); }

  protected:
    Event(Loop& loop, int fd, short what, Callback callback);
    ~Event() { event_del(&event_); }

    /// False if the kernel or libevent has no room for it.
    bool add(const timeval* after) noexcept { return event_add(&event_, after) == 0; }
    void activate() noexcept { event_active(&event_, EV_TIMEOUT, 0); }

  private:
    static void trampoline(evutil_socket_t, short, void* self) noexcept;

    Loop& loop_;
    event event_;
    Callback callback_;
};

/// Fires for as long as the descriptor can be read (level-triggered). Uses the descriptor, does not
/// own it; must go before it is closed.
class ReadEvent : public Event {
  public:
    ReadEvent(Loop& loop, int fd, Callback callback)
        : Event(loop, fd, EV_READ | EV_PERSIST, std::move(callback)) {}
    void enable() noexcept { add(nullptr); }
};

class WriteEvent : public Event {
  public:
    WriteEvent(Loop& loop, int fd, Callback callback)
        : Event(loop, fd, EV_WRITE | EV_PERSIST, std::move(callback)) {}
    void enable() noexcept { add(nullptr); }
};

/// Fires once the descriptor has any of what poll(2) was asked for, or has failed.
class PollEvent : public Event {
  public:
    /// Throws std::bad_alloc if there is no room for it.
    PollEvent(Loop& loop, const pollfd& asked, Callback callback)
        : Event(loop, asked.fd, wanted(asked.events), std::move(callback)) {
        if (!add(nullptr)) throw std::bad_alloc();
    }

  private:
    /// Errors come unasked.
    [[nodiscard]] static short wanted(short events) noexcept {
        const int read = (events & (POLLIN | POLLRDNORM)) != 0 ? EV_READ : 0;
        const int write = (events & (POLLOUT | POLLWRNORM)) != 0 ? EV_WRITE : 0;
        return static_cast<short>(read + write == 0 ? EV_CLOSED : read | write);
    }
};

class SignalEvent : public Event {
  public:
    SignalEvent(Loop& loop, int signal, Callback callback)
        : Event(loop, signal, EV_SIGNAL | EV_PERSIST, std::move(callback)) {
        add(nullptr);
    }
};

/// Fires once, after what the loop has found ready together with the event whose callback asks for
/// it. Costs no system call.
class Afterwards : public Event {
  public:
    Afterwards(Loop& loop, Callback callback) : Event(loop, -1, 0, std::move(callback)) {}
    void fire() noexcept { activate(); }
};

/// Fires once, some milliseconds after its time at worst: libevent's default timers, which cost no
/// system call. Not for limits that are promised exactly.
class Timer : public Event {
  public:
    Timer(Loop& loop, Callback callback) : Event(loop, -1, 0, std::move(callback)) {}
    void fire_in(Duration duration) noexcept;
};

}  // namespace curfew::worker
