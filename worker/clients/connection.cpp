#include "worker/clients/connection.h"

#include "worker/clients/connections.h"
#include "worker/os/readable.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace curfew::worker {

namespace {

/// A connection that has been idle for less than this is not closed to make room, because its next
/// request may be on the way.
constexpr Duration least_idle = std::chrono::milliseconds(100);

/// After this many pieces of one stream, other connections get their turn.
constexpr int pieces_in_a_row = 16;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(Context& context, Connections& all, std::size_t cell, UniqueFd socket,
                       Peer peer)
    : context_(context),
      all_(all),
      cell_(cell),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      readable_(context.loop, socket_.get(), [this] { enter([this] { on_readable(); }); }),
      writable_(context.loop, socket_.get(),
                [this] { enter([this] { go_on(writer_.write(socket_.get())); }); }),
      timer_(context.loop, [this] { enter([this] { on_deadline(); }); }),
      input_(context.arena),
      parser_(context.options, context.arena),
      writer_(context.body_memory),
      exchange_(context, cell, parser_, peer_, [this] { enter([this] { after_job(); }); }) {
    readable_.enable();
    timer_.set(context_.options.header_timeout);
    record_.fd = socket_.get();
    context_.board.use(cell_);
    enter_stage(ConnectionRecord::Stage::reading);
}

Connection::~Connection() {
    // Before the socket is closed, because its number can be reused at once.
    enter_stage(ConnectionRecord::Stage::closed);
    if (shared_) ::shutdown(socket_.get(), SHUT_WR);
}

/// Every event of this connection is handled through this function. An exception ends only this
/// connection. A connection that has ended is destroyed here, as the last step.
template <typename Action>
void Connection::enter(Action action) noexcept {
    try {
        action();
        process();
    } catch (const std::exception& error) {
        spdlog::error("connection of {}: {}", peer_.name(), error.what());
        close();
    }
    all_.waiting().set(*this, waits_as());
    if (state_ == State::closed) {
        enter_stage(ConnectionRecord::Stage::closed);
        exchange_.end();
        all_.remove(*this);
    }
}

void Connection::adopt(const Handover& handover, std::string_view bytes) {
    enter([&] { take_over(handover, bytes); });
}

bool Connection::give_way() {
    if (state_ != State::lingering && is_readable(socket_.get())) return false;
    const bool idle = state_ == State::reading && waiting_ == Waiting::idle && input_.empty();
    if (idle && context_.options.keepalive - timer_.deadline().remaining() < least_idle)
        return false;
    enter([this] {
        const bool begun = state_ == State::reading && parser_.begun(input_);
        if (begun) refuse({408, "the server needs the place of this connection; try again"});
        close();
    });
    return true;
}

void Connection::on_readable() {
    switch (state_) {
        case State::reading:
            return receive();
        case State::lingering:
            return drop_input();
        default:
            // A pipelined request has come, or the client has closed. Both wait until the current
            // response is sent.
            readable_.disable();
            reading_paused_ = true;
    }
}

void Connection::receive() {
    const auto before = input_.extent().offset;
    const auto room = input_.room();
    record_.taking = peer_.over_unix_socket();
    // The record must say where the input is before recv() writes behind it.
    if (record_.taking || input_.extent().offset != before)
        enter_stage(ConnectionRecord::Stage::reading);
    const auto count = ::recv(socket_.get(), room.data(), room.size(), 0);
    record_.taking = false;
    if (count > 0) {
        input_.commit(static_cast<std::size_t>(count));
        record_.received += static_cast<std::uint64_t>(count);
        return enter_stage(ConnectionRecord::Stage::reading);
    }
    if (input_.empty()) input_.release();
    if (peer_.over_unix_socket()) enter_stage(ConnectionRecord::Stage::reading);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    close();
}

/// Handles the requests that have arrived whole, one after the other.
void Connection::process() {
    while (state_ == State::reading && !input_.empty() && !context_.frozen) {
        switch (parser_.advance(input_)) {
            case Parser::Progress::more:
                return await_more();
            case Parser::Progress::refused:
                return refuse(parser_.refusal());
            case Parser::Progress::complete:
                start();
        }
    }
}

void Connection::await_more() {
    exchange_.arrives_in_pieces();
    if (exchange_.answered_by_head()) return respond(false);
    if (parser_.take_expectation() && !std::exchange(record_.continued, true)) {
        const auto count =
            ::send(socket_.get(), continue_line.data(), continue_line.size(), MSG_NOSIGNAL);
        if (count < 0) return close();
        record_.sent += static_cast<std::uint64_t>(count);
    }
    enter_stage(ConnectionRecord::Stage::reading);  // the parser may have moved what was received
    const auto now = parser_.in_body() ? Waiting::body : Waiting::head;
    if (std::exchange(waiting_, now) == now) return;
    body_at_window_ = parser_.body_received();
    timer_.set(now == Waiting::body ? context_.options.body_timeout
                                    : context_.options.header_timeout);
}

void Connection::start() {
    if (!exchange_.begin(socket_.get())) return respond(parser_.facts().keep_alive);
    record_.arrived = exchange_.started().time_since_epoch().count();
    record_.keep_alive = may_keep_alive();
    enter_stage(ConnectionRecord::Stage::handling);
    leave_to_executor();
    if (exchange_.handle()) after_job();
}

/// The deadlines of a connection limit the client, which has nothing to do while a handler runs.
void Connection::leave_to_executor() noexcept {
    state_ = State::handling;
    timer_.clear();
}

void Connection::after_job() {
    if (exchange_.pulling()) {
        return exchange_.pull_failed() ? abandon() : go_on(write_piece());
    }
    exchange_.handled();
    respond(parser_.facts().keep_alive);
}

Writer::Progress Connection::write_piece() {
    writer_.add(exchange_.take_piece());
    return writer_.write(socket_.get());
}

bool Connection::leaving() const noexcept {
    return context_.draining || context_.board.line().told_to_go.load(std::memory_order_relaxed);
}

bool Connection::may_keep_alive() const noexcept {
    return parser_.facts().keep_alive && !leaving() &&
           context_.options.keepalive > Duration::zero();
}

/// Sends the response of the exchange.
void Connection::respond(bool keep_alive) {
    auto& response = exchange_.response();
    bool kept = keep_alive && may_keep_alive() && !response.closes_connection();
    if (kept && context_.places_wanted > 0) {
        --context_.places_wanted;
        kept = false;
    }
    const Framing framing{
        .http_1_1 = parser_.http_1_1(),
        .head = parser_.is_head(),
        .keep_alive = kept,
        .id = parser_.parts().id,
    };
    writer_.begin(response, framing, context_.date, context_.scratch);
    enter_responding();
    go_on(writer_.write(socket_.get()));
}

void Connection::go_on(Writer::Progress progress) {
    for (int pieces = 0; progress == Writer::Progress::wants_chunk; ++pieces) {
        if (pieces == pieces_in_a_row) {
            progress = Writer::Progress::blocked;
            break;
        }
        watch_writable(false);
        leave_to_executor();
        if (!exchange_.pull(writer_.chunks())) return;
        if (exchange_.pull_failed()) return abandon();
        progress = write_piece();
    }

    if (progress == Writer::Progress::done) return sent();
    if (progress == Writer::Progress::failed) return cannot_write();
    state_ = State::writing;
    watch_writable(true);
    const auto now = Deadline::Clock::now();
    exchange_.wait_to_write(now);
    context_.busy.ended_by(now);
    progress_.blocked(socket_.get());
    timer_.set(context_.options.write_timeout, now);
}

void Connection::sent() {
    watch_writable(false);
    const auto now = Deadline::Clock::now();
    context_.busy.ended_by(now);
    exchange_.log(writer_.body_bytes(), now);
    const bool unread = parser_.refusal() || parser_.in_body();
    const bool client_goes_on = parser_.facts().keep_alive;
    if (!unread) parser_.finish(input_);
    record_ = {.fd = record_.fd,
               .received = record_.received,
               .sent = record_.sent + writer_.bytes_sent()};
    enter_stage(writer_.keeps_alive() ? ConnectionRecord::Stage::reading
                                      : ConnectionRecord::Stage::lingering);
    exchange_.end();
    writer_.reset(context_.scratch);
    context_.served();

    if (!writer_.keeps_alive()) {
        if (unread) return linger(Lingering::Client::sending);
        return client_goes_on || !input_.empty() ? linger(Lingering::Client::silent) : close();
    }
    state_ = State::reading;
    waiting_ = Waiting::idle;
    progress_.unknown();
    // enter() then adds the connection to the idle ones again, behind those idle for longer.
    all_.waiting().set(*this, WaitingConnections::Kind::none);
    timer_.set(context_.draining ? drain_quiet : context_.options.keepalive, now);
    if (std::exchange(reading_paused_, false)) readable_.enable();
    if (context_.frozen) freeze();
}

void Connection::refuse(const Refusal& refusal) {
    exchange_.refuse(refusal);
    respond(false);
}

void Connection::on_deadline() {
    if (state_ == State::reading) {
        // This process itself may be late, so input that has arrived meanwhile counts.
        receive();
        process();
    }
    if (state_ != State::closed && timer_.deadline().passed()) time_out();
}

bool Connection::body_keeps_pace() const noexcept {
    const auto& options = context_.options;
    const auto seconds = std::chrono::duration<double>(options.body_timeout).count();
    const auto arrived = static_cast<double>(parser_.body_received() - body_at_window_);
    return arrived > 0 && arrived >= seconds * static_cast<double>(options.body_min_rate);
}

/// To be called at a deadline: whether the client is still receiving a response. This can be so
/// even if the connection looks idle, because a slow client may take long to receive a response
/// that is already in the kernel as a whole.
bool Connection::client_takes_more() {
    const auto& options = context_.options;
    const bool idle = state_ == State::reading && waiting_ == Waiting::idle && !context_.draining;
    if (!idle && state_ != State::writing) return false;
    if (!progress_.made(socket_.get())) return false;
    timer_.set(idle ? options.keepalive : options.write_timeout);
    return true;
}

void Connection::time_out() {
    if (state_ == State::lingering) return drop_input();
    if (client_takes_more()) return;
    timer_.clear();
    if (state_ == State::writing) return abandon();
    if (state_ != State::reading || waiting_ == Waiting::idle) return close();

    if (waiting_ == Waiting::head) {
        return parser_.begun(input_) ? refuse({408, "the request's head came too slowly"})
                                     : close();
    }
    if (!body_keeps_pace()) return refuse({408, "the request's body came too slowly"});
    body_at_window_ = parser_.body_received();
    timer_.set(context_.options.body_timeout);
}

void Connection::watch_writable(bool on) {
    if (std::exchange(writable_watched_, on) == on) return;
    if (on) {
        writable_.enable();
    } else {
        writable_.disable();
    }
}

}  // namespace curfew::worker
