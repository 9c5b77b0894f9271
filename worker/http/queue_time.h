#pragma once

#include "handlers/base/deadline.h"

#include <optional>
#include <string_view>

namespace curfew::worker {

/// Since when a worker has handled requests without a pause. New clients can have waited only for
/// that long, so an idle worker need not ask the kernel how long they have waited. On the loop's
/// thread.
class BusySpell {
  public:
    using Time = Deadline::Clock::time_point;

    /// Begins at `now`, because clients may have waited while the worker booted.
    explicit BusySpell(Time now = Deadline::Clock::now()) noexcept : last_end_(now) {}

    void begin(Time now) noexcept {
        if (running_++ == 0 && now - last_end_ > pause) since_ = now;
    }
    void end() noexcept { --running_; }

    /// A request has just ended; to be called where the time is known anyway.
    void ended_by(Time now) noexcept { last_end_ = now; }

    /// To be called when a worker accepts again clients that it has left in the queue on purpose.
    void found_queue(Time now) noexcept {
        since_ = Time::min();
        last_end_ = now;
    }

    [[nodiscard]] bool may_have_queued(Time now) const noexcept { return since_ + least < now; }

  private:
    static constexpr Duration pause = std::chrono::milliseconds(2);
    static constexpr Duration least = std::chrono::milliseconds(10);  ///< what the kernel can tell

    Time since_ = Time::min();
    Time last_end_;
    int running_ = 0;
};

/// How long ago the last bytes of a TCP connection arrived, at least: the kernel counts in ticks of
/// up to 10 ms. Zero if that is not known. One system call. For a connection's first request, which
/// has arrived whole, that is what it has waited: in the accept queue, and for this worker's loop.
[[nodiscard]] Duration since_last_arrival(int socket) noexcept;

/// When a proxy received the request, from what it says in X-Request-Start: `t=1700000000.123`
/// (nginx's `t=${msec}`) or a number alone, of seconds, milliseconds (Heroku) or microseconds since
/// 1970; its size tells which. Returns what has passed until `now`, on the system's clock, since
/// 1970: a negative time if it is in the future. Nothing if it is no such number.
[[nodiscard]] std::optional<Duration> since_request_start(std::string_view value,
                                                          Duration now) noexcept;

/// The same, by the clock of this machine.
[[nodiscard]] std::optional<Duration> since_request_start(std::string_view value) noexcept;

/// False for a time that only a wrong clock can explain: longer ago than `longest`, or more than a
/// second in the future, by which good clocks may differ.
[[nodiscard]] constexpr bool is_plausible(Duration since_start, Duration longest) noexcept {
    return since_start >= std::chrono::seconds(-1) && since_start <= longest;
}

}  // namespace curfew::worker
