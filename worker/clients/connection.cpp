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

/// A connection that is idle for less may have its next request on the way, which would meet a
/// closed door.
constexpr Duration least_idle = std::chrono::milliseconds(100);

/// After so many pieces of one stream, others get their turn.
constexpr int chunks_in_a_row = 16;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(Context& context, Connections& all, std::size_t cell, UniqueFd socket,
                       std::string peer)
    : context_(context),
      all_(all),
      cell_(cell),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      counted_(peer_ != "unix"),
      readable_(context.loop, socket_.get(), [this] { enter([this] { on_readable(); }); }),
      writable_(context.loop, socket_.get(),
                [this] { enter([this] { go_on(writer_.write(socket_.get())); }); }),
      timer_(context.loop, [this] { enter([this] { on_timer(); }); }),
      input_(context.arena),
      parser_(context.options, context.arena),
      extension_({.board = context.board}),
      cpu_(context.board.cells()[cell]) {
    readable_.enable();
    set_deadline(context_.options.header_timeout);
    record_.fd = socket_.get();
    context_.board.use(cell_);
    enter_stage(ConnectionRecord::Stage::reading);
}

Connection::~Connection() {
    // Before the socket closes: its number is another's then.
    enter_stage(ConnectionRecord::Stage::closed);
    if (shared_) ::shutdown(socket_.get(), SHUT_WR);
}

/// Every way in from outside. Whatever goes wrong ends this connection alone; a connection that has
/// ended is destroyed here, last.
template <typename Action>
void Connection::enter(Action action) noexcept {
    try {
        action();
        process();
    } catch (const std::exception& error) {
        spdlog::error("connection of {}: {}", peer_, error.what());
        close();
    }
    all_.waiting().set(*this, waits_as());
    if (state_ == State::closed) {
        enter_stage(ConnectionRecord::Stage::closed);
        if (std::exchange(answering_, false)) context_.board.finish(cell_);
        all_.remove(*this);
    }
}

void Connection::adopt(const Handover& handover, std::string_view bytes) {
    enter([&] { take_over(handover, bytes); });
}

bool Connection::give_way() {
    if (state_ != State::lingering && is_readable(socket_.get())) return false;
    const bool idle = state_ == State::reading && waiting_ == Waiting::idle && input_.empty();
    if (idle && context_.options.keepalive - deadline_.remaining() < least_idle) return false;
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
            // A pipelined request, or the client has gone: both can wait for this response.
            readable_.disable();
            reading_paused_ = true;
    }
}

void Connection::receive() {
    const auto before = input_.extent().offset;
    const auto room = input_.room();
    record_.taking = !counted_;
    // Where it is before more comes behind it.
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
    if (!counted_) enter_stage(ConnectionRecord::Stage::reading);
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
    if (first_byte_ == Deadline::Clock::time_point{}) first_byte_ = Deadline::Clock::now();
    if (answer_before_body()) return;
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
    set_deadline(now == Waiting::body ? context_.options.body_timeout
                                      : context_.options.header_timeout);
}

/// Gives the request its id, and says whose it is.
void Connection::identify() {
    auto& parts = parser_.parts();
    parts.peer = peer_;
    parts.id = given_id_.empty() ? parser_.facts().request_id : given_id_;
    if (is_sane_request_id(parts.id)) return;
    context_.request_ids.next(made_id_);
    parts.id = {made_id_.data(), made_id_.size()};
}

void Connection::start() {
    identify();
    // An adopted request has arrived elsewhere.
    started_ = record_.arrived == 0 ? Deadline::Clock::now()
                                    : Deadline::Clock::time_point(Duration(record_.arrived));
    auto plan = context_.dispatcher.plan(parser_.parts());
    if (plan.answer) return answer(std::move(*plan.answer), parser_.facts().keep_alive);
    route_ = plan.route;
    if (auto refusal = refused_by_breaker()) {
        return answer(std::move(*refusal), parser_.facts().keep_alive);
    }
    adopted_ = record_.arrived != 0;
    waited_ = queue_time();
    context_.busy.begin(started_);
    record_.arrived = started_.time_since_epoch().count();
    record_.keep_alive = may_keep_alive();
    enter_stage(ConnectionRecord::Stage::handling);
    if (submit(Job::handler)) after_job();
}

/// True if the job is done already.
bool Connection::submit(Job job) {
    job_ = job;
    state_ = State::handling;
    deadline_ = Deadline::never();  // ours are for the client; the executor has this object now
    submitting_ = true;
    job_done_ = false;
    context_.executor.submit(*this);
    submitting_ = false;
    return job_done_;
}

void Connection::done() noexcept {
    job_done_ = true;
    if (submitting_) return;
    if (context_.job_done) context_.job_done();
    enter([this] { after_job(); });
}

void Connection::after_job() {
    if (job_ == Job::handler) {
        context_.busy.end();
        answering_ = true;
        return respond(parser_.facts().keep_alive);
    }
    if (chunk_failed_) return abandon();
    writer_.add(std::exchange(chunk_, {}));
    go_on(writer_.write(socket_.get()));
}

bool Connection::leaving() const noexcept {
    return context_.draining || context_.board.line().told_to_go.load(std::memory_order_relaxed);
}

bool Connection::may_keep_alive() const noexcept {
    return parser_.facts().keep_alive && !leaving() &&
           context_.options.keepalive > Duration::zero();
}

/// Answers without a handler.
void Connection::answer(Response response, bool keep_alive) {
    response_ = std::move(response);
    respond(keep_alive);
}

/// Sends response_.
void Connection::respond(bool keep_alive) {
    bool kept = keep_alive && may_keep_alive() && !response_->closes_connection();
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
    writer_.begin(*response_, framing, context_.date, context_.scratch);
    enter_responding();
    go_on(writer_.write(socket_.get()));
}

void Connection::go_on(Writer::Progress progress) {
    for (int chunks = 0; progress == Writer::Progress::wants_chunk; ++chunks) {
        if (chunks == chunks_in_a_row) {
            progress = Writer::Progress::blocked;
            break;
        }
        watch_writable(false);
        if (!submit(Job::chunk)) return;
        if (chunk_failed_) return after_job();
        writer_.add(std::exchange(chunk_, {}));
        progress = writer_.write(socket_.get());
    }

    if (progress == Writer::Progress::done) return sent();
    if (progress == Writer::Progress::failed) return cannot_write();
    state_ = State::writing;
    watch_writable(true);
    const auto now = Deadline::Clock::now();
    if (answering_) context_.board.meter(cell_).wait_to_write(now);
    context_.busy.ended_by(now);
    progress_.blocked(socket_.get());
    set_deadline(context_.options.write_timeout, now);
}

void Connection::sent() {
    watch_writable(false);
    const auto now = Deadline::Clock::now();
    context_.busy.ended_by(now);
    log_served(now);
    first_byte_ = {};
    const bool unread = parser_.refusal() || parser_.in_body();
    const bool client_goes_on = parser_.facts().keep_alive;
    if (!unread) parser_.finish(input_);
    record_ = {.fd = record_.fd,
               .received = record_.received,
               .sent = record_.sent + writer_.bytes_sent()};
    enter_stage(writer_.keeps_alive() ? ConnectionRecord::Stage::reading
                                      : ConnectionRecord::Stage::lingering);
    if (std::exchange(answering_, false)) context_.board.finish(cell_);
    writer_.reset(context_.scratch);
    response_.reset();
    given_id_.clear();
    judged_ = false;
    budget_ = Deadline::never();
    context_.served();

    if (!writer_.keeps_alive()) {
        if (unread) return linger(Lingering::Client::sending);
        return client_goes_on || !input_.empty() ? linger(Lingering::Client::silent) : close();
    }
    state_ = State::reading;
    waiting_ = Waiting::idle;
    progress_.unknown();
    // enter() then adds it to the idle ones anew: behind all that have been idle for longer.
    all_.waiting().set(*this, WaitingConnections::Kind::none);
    set_deadline(context_.draining ? drain_quiet : context_.options.keepalive, now);
    if (std::exchange(reading_paused_, false)) readable_.enable();
    if (context_.frozen) freeze();
}

void Connection::refuse(const Refusal& refusal) {
    auto& parts = parser_.parts();
    parts.peer = peer_;
    context_.request_ids.next(made_id_);
    parts.id = {made_id_.data(), made_id_.size()};
    started_ = Deadline::Clock::now();
    answer(plain_answer(refusal.status, refusal.text), false);
}

void Connection::log_served(Deadline::Clock::time_point now) {
    if (!context_.access_log.enabled()) return;
    context_.access_log.write({.request = parser_.parts(),
                               .request_line = parser_.first_line(),
                               .status = response_->status(),
                               .response_headers = &response_->headers(),
                               .content_type = response_->content_type(),
                               .body_bytes = writer_.body_bytes(),
                               .duration = now - started_});
}

/// The timer is left to fire early and look again, rather than moved with every request.
void Connection::set_deadline(Duration limit, Deadline::Clock::time_point now) {
    deadline_ = Deadline::after(now, limit);
    if (timer_fires_ <= deadline_ && !timer_fires_.is_never()) return;
    timer_fires_ = deadline_;
    timer_.fire_in(limit);
}

void Connection::on_timer() {
    timer_fires_ = Deadline::never();
    if (deadline_.passed() && state_ == State::reading) {
        // This process may have been the slow one: what has arrived meanwhile counts.
        receive();
        process();
    }
    if (deadline_.is_never() || !timer_fires_.is_never() || state_ == State::closed) return;
    if (deadline_.passed()) return time_out();
    timer_fires_ = deadline_;
    timer_.fire_in(deadline_.remaining());
}

bool Connection::body_keeps_pace() const noexcept {
    const auto& options = context_.options;
    const auto seconds = std::chrono::duration<double>(options.body_timeout).count();
    const auto arrived = static_cast<double>(parser_.body_received() - body_at_window_);
    return arrived > 0 && arrived >= seconds * static_cast<double>(options.body_min_rate);
}

/// At a deadline: whether the client is still receiving what it was sent. A response that the
/// kernel has taken over whole, too, is on its way for as long as a slow client needs; only then is
/// the connection idle.
bool Connection::client_takes_more() {
    const auto& options = context_.options;
    const bool idle = state_ == State::reading && waiting_ == Waiting::idle && !context_.draining;
    if (!idle && state_ != State::writing) return false;
    if (!progress_.made(socket_.get())) return false;
    set_deadline(idle ? options.keepalive : options.write_timeout);
    return true;
}

void Connection::time_out() {
    if (state_ == State::lingering) return drop_input();
    if (client_takes_more()) return;
    deadline_ = Deadline::never();
    if (state_ == State::writing) return abandon();
    if (state_ != State::reading || waiting_ == Waiting::idle) return close();

    if (waiting_ == Waiting::head) {
        return parser_.begun(input_) ? refuse({408, "the request's head came too slowly"})
                                     : close();
    }
    if (!body_keeps_pace()) return refuse({408, "the request's body came too slowly"});
    body_at_window_ = parser_.body_received();
    set_deadline(context_.options.body_timeout);
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
