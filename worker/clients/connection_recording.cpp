#include "worker/clients/connection.h"
#include "worker/os/socket_counts.h"

#include <utility>

namespace curfew::worker {

/// Records the state of this connection for the keeper and for the next worker, in case this worker
/// dies now.
void Connection::enter_stage(ConnectionRecord::Stage stage) noexcept {
    record_.stage = stage;
    record_.head = parser_.moved_head();
    record_.input = input_.extent();
    record_.room = input_.spare();
    context_.board.record(cell_).store(record_);
}

/// To be called before the first byte is sent.
void Connection::enter_responding() noexcept {
    record_.keep_alive = writer_.keeps_alive();
    record_.status = static_cast<std::uint16_t>(exchange_.response().status());
    record_.length = writer_.length().value_or(ConnectionRecord::unknown);
    record_.body = writer_.body_bytes();
    enter_stage(ConnectionRecord::Stage::responding);
}

/// Continues a connection where another worker has stopped.
void Connection::take_over(const Handover& handover, std::string_view bytes) {
    if (const auto counts = socket_counts(socket_.get())) {
        record_.received = counts->received;
        record_.sent = counts->sent;
    }
    while (!bytes.empty()) {
        const auto room = input_.room();
        const auto count = bytes.copy(room.data(), room.size());
        input_.commit(count);
        bytes.remove_prefix(count);
    }
    shared_ = true;
    record_.continued = handover.continued;
    record_.arrived = handover.arrived;
    record_.retried = handover.retried;
    record_.deadline = handover.deadline;
    exchange_.continue_from(handover);
    take_up(handover);
    context_.board.line().pending_adoption.clear();
}

/// Never records an answered request as one that has not begun, not even transiently: the keeper
/// would have it run a second time.
void Connection::take_up(const Handover& handover) {
    switch (handover.kind) {
        case Handover::Kind::begin:
            return enter_stage(ConnectionRecord::Stage::reading);
        case Handover::Kind::answered:
            if (log_adopted(handover) && handover.keep_alive) return;
            [[fallthrough]];
        case Handover::Kind::linger:
            linger(Lingering::Client::sending);
            return enter_stage(ConnectionRecord::Stage::lingering);
    }
}

/// Logs a request that a keeper has answered in place of its worker. False if its end has not been
/// received, because then the beginning of the next request is unknown.
bool Connection::log_adopted(const Handover& handover) {
    if (parser_.advance(input_) != Parser::Progress::complete) return false;
    exchange_.log_answered(handover);
    parser_.finish(input_);
    exchange_.end();
    record_.arrived = 0;
    waiting_ = Waiting::idle;
    timer_.set(context_.options.keepalive);
    enter_stage(ConnectionRecord::Stage::reading);
    return true;
}

}  // namespace curfew::worker
