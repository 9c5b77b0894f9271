#include "worker/os/loop.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace curfew::worker {

Loop::Loop() : base_(event_base_new()) {
    if (!base_) throw std::runtime_error("libevent cannot make an event base");
}

void Loop::run() {
    // Negative: libevent failed; otherwise stopped, or nothing left to wait for.
    if (event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY) < 0) {
        throw std::runtime_error("libevent's loop failed");
    }
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Loop::stop() noexcept { event_base_loopbreak(base_.get()); }

void Loop::fail() noexcept {
    failure_ = std::current_exception();
    stop();
}

Event::Event(Loop& loop, int fd, short what, Callback callback)
    : loop_(loop), callback_(std::move(callback)) {
    event_assign(&event_, loop.base(), fd, what, &Event::trampoline, this);
}

void Event::trampoline(evutil_socket_t, short, void* self) noexcept {
    auto& event = *static_cast<Event*>(self);
    Loop& loop = event.loop_;  // the callback may destroy the event
    try {
        event.callback_();
    } catch (...) {
        loop.fail();
    }
}

void Timer::fire_in(Duration duration) noexcept {
    const auto whole = std::max(duration, Duration::zero());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(whole);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(whole - seconds);
    const timeval after{.tv_sec = seconds.count(), .tv_usec = rest.count()};
    add(&after);
}

}  // namespace curfew::worker
