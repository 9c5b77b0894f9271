#include "worker/clients/connection.h"
#include "worker/os/reset.h"
#include "worker/process/lost_descriptor.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <utility>

namespace curfew::worker {

namespace {

bool is_socket(int fd) noexcept {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

}  // namespace

/// errno says why writing has failed. EBADF has two meanings: the client's socket was closed, or
/// sendfile() found the file closed that the handler has returned, or not open for reading.
void Connection::cannot_write() {
    if (descriptor_is_lost()) {
        if (!is_socket(socket_.get())) end_without_descriptor("the socket of a client");
        spdlog::error(
            "{} {} {}: the response is cut off: the handler has closed the file that it returned, "
            "or opened it only for writing",
            parser_.parts().id, parser_.parts().method, parser_.parts().target);
    }
    abandon();
}

/// Cuts off a response with a reset, so that the client does not take it for complete.
void Connection::abandon() {
    arm_reset(socket_.get());
    shared_ = false;
    exchange_.log(writer_.body_bytes(), Deadline::Clock::now());
    context_.served();
    close();
}

WaitingConnections::Kind Connection::waits_as() const noexcept {
    using Kind = WaitingConnections::Kind;
    if (state_ == State::lingering) return Kind::unfinished;
    if (state_ != State::reading || parser_.in_body()) return Kind::none;
    return waiting_ == Waiting::idle && input_.empty() ? Kind::idle : Kind::unfinished;
}

void Connection::linger(Lingering::Client client) {
    ::shutdown(socket_.get(), SHUT_WR);
    input_.release();
    state_ = State::lingering;
    if (std::exchange(reading_paused_, false)) readable_.enable();
    const auto now = Deadline::Clock::now();
    lingering_.begin(client, context_.draining, now);
    timer_.set(lingering_.read_timeout(now), now);
}

/// Also called at the deadline: this process itself may be late, so input that has arrived
/// meanwhile counts.
void Connection::drop_input() {
    const auto input = lingering_.drop_input(socket_.get());
    const auto now = Deadline::Clock::now();
    const auto timeout = lingering_.read_timeout(now);
    if (input == Lingering::Input::over || timeout == Duration::zero()) return close();
    if (input == Lingering::Input::some) return timer_.set(timeout, now);
    if (timer_.deadline().passed(now)) close();
}

void Connection::drain() {
    if (context_.frozen) return;
    if (state_ == State::lingering) {
        const auto now = Deadline::Clock::now();
        lingering_.hurry(now);
        return timer_.set(lingering_.read_timeout(now), now);
    }
    const bool idle = state_ == State::reading && !parser_.begun(input_);
    if (idle && timer_.deadline().remaining() > drain_quiet) timer_.set(drain_quiet);
}

void Connection::freeze() {
    if (state_ != State::reading) return;
    readable_.disable();
    timer_.clear();
}

}  // namespace curfew::worker
