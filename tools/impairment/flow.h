#pragma once

#include "tools/impairment/pacer.h"
#include "tools/impairment/queue.h"
#include "worker/os/loop.h"

#include <functional>

namespace curfew::impairment {

/// One direction of a connection: takes bytes from one socket and gives them to another as the
/// conditions allow. Uses both descriptors, owns neither.
class Flow {
  public:
    enum class State {
        flowing,
        ended,   ///< the end of the stream has been passed on
        cut,     ///< the receiver is gone
        broken,  ///< the connection is to be reset
    };

    /// `moved` is called after every event, last of all: it may destroy the flow.
    Flow(worker::Loop& loop, int from, int to, const Conditions& conditions,
         std::function<void()> moved);

    [[nodiscard]] State state() const noexcept { return state_; }

    /// Does what can be done now and arms the events for the rest. Does not call `moved`.
    void advance();
    /// The same after the conditions have changed.
    void heed();
    /// However the stream seems to end, it was a reset.
    void sender_is_gone() noexcept { sender_was_reset_ = true; }

  private:
    void on_readable();
    [[nodiscard]] bool wants_more() const noexcept;
    void send();
    bool send_piece();
    void pass_end_on() noexcept;
    /// False: later, and the timer is set for it.
    bool is_time(Time time, Time now) noexcept;

    int from_;
    int to_;
    const Conditions& conditions_;
    std::function<void()> moved_;
    State state_ = State::flowing;
    Queue queue_;
    Pacer pacer_;
    Time last_sent_ = Time::min();
    bool all_received_ = false;
    bool sender_was_reset_ = false;
    bool reading_ = false;
    worker::ReadEvent readable_;
    worker::WriteEvent writable_;
    worker::Timer timer_;
};

}  // namespace curfew::impairment
