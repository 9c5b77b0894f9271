#include "tools/impairment/flow.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace curfew::impairment {

namespace {

/// Whether the kernel still holds bytes that a reset would discard instead of sending.
bool has_unsent(int socket) {
    int count = 0;
    return ::ioctl(socket, SIOCOUTQNSD, &count) == 0 && count > 0;
}

}  // namespace

Flow::Flow(worker::Loop& loop, int from, int to, const Conditions& conditions,
           std::function<void()> moved)
    : from_(from),
      to_(to),
      conditions_(conditions),
      moved_(std::move(moved)),
      pacer_(conditions),
      readable_(loop, from, [this] { on_readable(); }),
      writable_(loop, to,
                [this] {
                    writable_.disable();
                    advance();
                    moved_();
                }),
      timer_(loop, [this] {
          advance();
          moved_();
      }) {}

void Flow::heed() {
    pacer_.heed();
    advance();
}

void Flow::advance() {
    send();
    if (wants_more() == reading_) return;
    reading_ = !reading_;
    if (reading_) {
        readable_.enable();
    } else {
        readable_.disable();
    }
}

bool Flow::wants_more() const noexcept {
    return state_ == State::flowing && !all_received_ && !queue_.full();
}

void Flow::on_readable() {
    char bytes[16384];
    const auto count = ::recv(from_, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        all_received_ = true;
        if (count < 0) sender_was_reset_ = true;
        queue_.add({}, Clock::now());
    } else {
        queue_.add({bytes, static_cast<std::size_t>(count)}, Clock::now());
    }
    advance();
    moved_();
}

void Flow::send() {
    while (state_ == State::flowing && send_piece()) {
    }
}

/// True if it makes sense to go on with the next one.
bool Flow::send_piece() {
    const auto now = Clock::now();
    if (pacer_.reset_is_due()) {
        // After n bytes means that the n bytes arrive.
        if (*conditions_.reset > 0 && has_unsent(to_)) {
            timer_.fire_in(std::chrono::milliseconds(1));
        } else {
            state_ = State::broken;
        }
        return false;
    }
    if (queue_.empty()) return false;
    const auto due = queue_.due(conditions_);
    const auto piece = queue_.head();
    if (piece.empty()) {
        const auto end =
            sender_was_reset_ ? due : std::max(due, last_sent_) + conditions_.slow_close;
        // A silence hides the end, too; a slow pace has no effect on it.
        const bool silent = pacer_.ready_at() == Time::max();
        if (!silent && is_time(end, now)) pass_end_on();
        return false;
    }
    if (!is_time(std::max(due, pacer_.ready_at()), now)) return false;

    const auto count =
        ::send(to_, piece.data(), std::min(piece.size(), pacer_.allowance()), MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) {
        writable_.enable();
        return false;
    }
    if (count < 0) {
        state_ = State::cut;
        return false;
    }
    queue_.pop(static_cast<std::size_t>(count));
    pacer_.sent(static_cast<std::size_t>(count), now);
    last_sent_ = now;
    return true;
}

void Flow::pass_end_on() noexcept {
    if (sender_was_reset_) {
        state_ = State::broken;
        return;
    }
    ::shutdown(to_, SHUT_WR);
    state_ = State::ended;
}

bool Flow::is_time(Time time, Time now) noexcept {
    if (time <= now) return true;
    if (time != Time::max()) timer_.fire_in(time - now);
    return false;
}

}  // namespace curfew::impairment
