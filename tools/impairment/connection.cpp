#include "tools/impairment/connection.h"

#include <sys/socket.h>

#include <utility>

namespace curfew::impairment {

Connection::Connection(worker::Loop& loop, UniqueFd client, UniqueFd server, const Network& network,
                       std::function<void()> over)
    : loop_(loop),
      client_(std::move(client)),
      server_(std::move(server)),
      network_(network),
      over_(std::move(over)),
      connected_(loop, server_.get(), [this] { on_connected(); }) {
    connected_.enable();
}

/// Or it could not be connected: that is a reset, which takes its way through the conditions.
void Connection::on_connected() {
    connected_.disable();
    up_.emplace(loop_, client_.get(), server_.get(), network_.up, [this] { look(); });
    down_.emplace(loop_, server_.get(), client_.get(), network_.down, [this] { look(); });
    heed();
}

void Connection::heed() {
    if (!up_) return;
    up_->heed();
    down_->heed();
    look();
}

/// Ends the connection when its flows have.
void Connection::look() {
    using enum Flow::State;
    const auto up = up_->state();
    const auto down = down_->state();
    // A receiver that is gone has sent a reset, which comes after what it sent before.
    if (up == cut) down_->sender_is_gone();
    if (down == cut) up_->sender_is_gone();

    const bool must_reset = up == broken || down == broken;
    if (!must_reset && (up == flowing || down == flowing)) return;
    if (up != ended || down != ended) reset();
    over_();
}

/// The flows, which use the sockets, must be gone before these are closed.
void Connection::reset() noexcept {
    connected_.disable();
    up_.reset();
    down_.reset();
    impairment::reset(std::move(client_));
    impairment::reset(std::move(server_));
}

void reset(UniqueFd socket) noexcept {
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace curfew::impairment
