#include "worker/clients/exchange.h"

#include "handlers/base/error.h"
#include "handlers/base/milliseconds.h"
#include "handlers/context/call_context.h"
#include "handlers/routing/handler_scope.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace curfew::worker {

namespace {

/// If no more than this is to come of a body, the body is read even if no handler wants it.
constexpr std::size_t small_body = 256 << 10;

std::int32_t thread_id() noexcept {
    thread_local const std::int32_t id = ::gettid();
    return id;
}

/// The master has answered in our stead and is about to kill this process: touch nothing any more.
/// A fiber leaves the thread to the others meanwhile.
[[noreturn]] void await_kill(Cell& cell) noexcept {
    cell.handler_over.store(true, std::memory_order_relaxed);
    while (true) ::poll(nullptr, 0, -1);
}

}  // namespace

Exchange::Exchange(Context& context, std::size_t cell, Parser& parser, const Peer& peer,
                   std::function<void()> done)
    : context_(context),
      cell_(cell),
      parser_(parser),
      peer_(peer),
      done_(std::move(done)),
      extension_({.board = context.board}),
      cpu_(context.board.cells()[cell]) {}

void Exchange::arrives_in_pieces() {
    if (state_.first_byte == Time{}) state_.first_byte = Deadline::Clock::now();
}

void Exchange::continue_from(const Handover& handover) {
    may_have_queued_ = false;  // what waited in a worker that died did not wait to be accepted
    state_.arrived = handover.arrival();
    state_.given_id = handover.id.data();
    if (handover.kind == Handover::Kind::begin && handover.retried) {
        state_.budget = Deadline::at(Time(Duration(handover.deadline)));
    }
}

void Exchange::log_answered(const Handover& handover) {
    auto& parts = parser_.parts();
    parts.peer = peer_.name();
    parts.id = state_.given_id;
    if (!context_.access_log.enabled()) return;
    const Headers none;
    context_.access_log.write({.request = parts,
                               .request_line = parser_.first_line(),
                               .status = handover.status,
                               .response_headers = &none,
                               .content_type = {},
                               .body_bytes = handover.body,
                               .duration = Deadline::Clock::now() - handover.arrival()});
}

/// Gives the request its id, and says whose it is.
void Exchange::identify() {
    auto& parts = parser_.parts();
    parts.peer = peer_.name();
    parts.id = state_.given_id.empty() ? parser_.facts().request_id : state_.given_id;
    if (is_sane_request_id(parts.id)) return;
    context_.request_ids.next(state_.made_id);
    parts.id = {state_.made_id.data(), state_.made_id.size()};
}

/// The request has a response before its body if no handler wants the body, and the body is large,
/// or the client asks before it sends the body (RFC 9110 section 10.1.1). A small body is read,
/// because that is cheaper than a new connection.
bool Exchange::answered_by_head() {
    if (state_.judged || !parser_.in_body()) return false;
    const bool asks = parser_.facts().expects_continue && parser_.body_received() == 0;
    if (!asks && parser_.body_to_come() <= small_body) return false;
    state_.judged = true;
    identify();
    state_.started = Deadline::Clock::now();
    auto plan = context_.dispatcher.plan(parser_.parts());
    if (!plan.answer) {
        state_.route = plan.route;
        if (!breaker().open() || breaker().until() <= state_.started) return false;
        plan.answer = refusal_by(breaker(), state_.started);
    }
    state_.response = std::move(plan.answer);
    return true;
}

void Exchange::refuse(const Refusal& refusal) {
    auto& parts = parser_.parts();
    parts.peer = peer_.name();
    context_.request_ids.next(state_.made_id);
    parts.id = {state_.made_id.data(), state_.made_id.size()};
    state_.started = Deadline::Clock::now();
    state_.response = plain_answer(refusal.status, refusal.text);
}

bool Exchange::begin(int socket) {
    identify();
    state_.started = adopted() ? state_.arrived : Deadline::Clock::now();
    auto plan = context_.dispatcher.plan(parser_.parts());
    state_.route = plan.route;
    state_.response = plan.answer ? std::move(plan.answer) : refused_by_breaker();
    if (state_.response) return false;
    state_.waited = queue_time(socket);
    context_.busy.begin(state_.started);
    return true;
}

CircuitBreaker& Exchange::breaker() const noexcept {
    return context_.board.breakers()[state_.route->number()];
}

/// The response of a route whose circuit breaker is open, because the route has cost too many
/// workers.
std::optional<Response> Exchange::refused_by_breaker() {
    if (!breaker().open()) return {};
    const auto now = Deadline::Clock::now();
    const auto pause = breaker_pause(context_.options.circuit_breaker_window);
    const auto limit = context_.dispatcher.limits(*state_.route, now).harakiri.remaining(now);
    const auto lease = now + pause + std::min<Duration>(limit, std::chrono::hours(1));
    if (breaker().probe(now, lease)) {
        state_.lease = lease;
        return {};
    }
    return refusal_by(breaker(), now);
}

Response Exchange::refusal_by(const CircuitBreaker& breaker, Time now) {
    context_.board.counters().count(RequestEvent::refused_by_breaker, state_.route->pattern());
    auto answer = plain_answer(503, "this route is stopped for a while, since it is stuck");
    const auto pause = breaker_pause(context_.options.circuit_breaker_window);
    const auto left = std::clamp(breaker.until() - now, Duration::zero(), pause);
    answer.header("Retry-After",
                  std::to_string(std::chrono::ceil<std::chrono::seconds>(left).count()));
    return answer;
}

/// What the request has waited before it came to us: its limits count from there.
Duration Exchange::queue_time(int socket) {
    auto waited = Duration::zero();
    if (adopted()) return waited;  // its limits count from its arrival at its first worker
    if (std::exchange(may_have_queued_, false) && context_.busy.may_have_queued(state_.started)) {
        waited = since_last_arrival(socket);
    }
    const auto said = parser_.facts().request_start;
    if (said.empty() || !context_.trusted.trusts(peer_)) return waited;
    const auto since = since_request_start(said);
    if (!since) return waited;
    if (!is_plausible(*since, context_.options.max_queue_time)) {
        if (context_.wrong_clock.due(state_.started)) {
            spdlog::warn(
                "{}: X-Request-Start of {} is ignored: it is {} ms {}, and max_queue_time is {} "
                "ms; is the clock of that proxy wrong?",
                parser_.parts().id, peer_.name(), in_milliseconds(std::chrono::abs(*since)),
                *since < Duration::zero() ? "in the future" : "ago",
                in_milliseconds(context_.options.max_queue_time));
        }
        return waited;
    }
    state_.late_by_header = *since > waited;
    return std::max(waited, *since);
}

/// A request whose time was up before it came here.
void Exchange::note_late_start(Time now) {
    context_.board.counters().count(RequestEvent::too_late, state_.route->pattern());
    if (!state_.late_by_header || !context_.late_start.due(now)) return;
    spdlog::warn(
        "{} {} {}: answered 504 without running: X-Request-Start of {} says that it has waited "
        "for {} ms",
        parser_.parts().id, parser_.parts().method, parser_.parts().target, peer_.name(),
        in_milliseconds(state_.waited));
}

/// `stream`: null if the job is to run the handler.
bool Exchange::submit(Chunks* stream) {
    state_.stream = stream;
    submitting_ = true;
    job_done_ = false;
    context_.executor.submit(*this);
    submitting_ = false;
    return job_done_;
}

void Exchange::done() noexcept {
    job_done_ = true;
    if (submitting_) return;
    if (context_.job_done) context_.job_done();
    done_();
}

void Exchange::run() noexcept {
    if (!pulling()) return run_handler();
    pull_piece();
}

void Exchange::run_handler() {
    auto& parts = parser_.parts();
    // A task that waited for a thread begins later than its request; one that was adopted began
    // where it was before.
    const bool at_once = context_.executor.immediate() || adopted();
    const auto start = at_once ? state_.started : Deadline::Clock::now();
    const auto arrived = start - state_.waited;
    auto limits = context_.dispatcher.limits(
        *state_.route, parts,
        {.received = state_.started - state_.waited, .start = arrived, .budget = state_.budget});
    parts.limit = limits.strategy;
    parts.deadline = limits.soonest();
    const auto now = adopted() ? Deadline::Clock::now() : start;
    // Then it is answered at once.
    if (limits.killed_at().passed(now)) limits.harakiri = Deadline::never();

    const bool came_whole = state_.first_byte == Time{};
    const MeteringScope metering(context_.board.meter(cell_).begin(
        start, came_whole ? Duration::zero() : state_.started - state_.first_byte,
        start - state_.started + state_.waited));
    publish(limits, arrived);
    if (parts.deadline.passed(now)) note_late_start(now);
    const KilledAtScope killed_at(extension_.killed_at());
    state_.response = context_.dispatcher.run(*state_.route, Request(parts), now);
    extension_.end();
    cpu_.end();
    if (!context_.board.begin_response(cell_)) await_kill(cell());
    if (state_.lease && breaker().close(*state_.lease)) {
        spdlog::warn("the circuit breaker of route {} is closed: a request was answered in time",
                     state_.route->pattern());
    }
}

/// From here on the master enforces the limits.
void Exchange::publish(const Limits& limits, Time arrived) {
    auto& parts = parser_.parts();
    const auto& route = *state_.route;
    auto& board = context_.board;
    cell().route.store(route.number(), std::memory_order_relaxed);
    cell().report_only.store(limits.mode != Harakiri::on, std::memory_order_relaxed);
    cpu_.begin(limits.cpu);
    const Label label{
        .id = parts.id, .route = route.pattern(), .method = parts.method, .target = parts.target};
    const auto word =
        board.publish(cell_, label, arrived, limits.harakiri, thread_id(), limits.slow_at);
    extension_.begin({.board = board,
                      .cell = cell_,
                      .word = word,
                      .harakiri = limits.harakiri,
                      .latest = limits.latest_harakiri,
                      .mode = limits.mode});
    parts.extension = &extension_;
    if (adopted() || state_.waited > Duration::zero()) board.hasten(limits.harakiri);
}

void Exchange::handled() noexcept {
    context_.busy.end();
    state_.answering = true;
}

/// The limits are for each piece.
void Exchange::pull_piece() {
    const auto start = Deadline::Clock::now();
    if (is_fruitless(start)) {
        spdlog::error("{}: the stream of route {} has yielded nothing but empty pieces for {} ms",
                      parser_.parts().id, state_.route->pattern(),
                      in_milliseconds(start - state_.fruitless_since));
        state_.pull_failed = true;
        return;
    }
    const auto limits = context_.dispatcher.limits(*state_.route, start);
    const std::atomic<Deadline> killed_at(limits.killed_at());
    const KilledAtScope scope(killed_at);
    context_.board.resume_response(cell_, start, limits.harakiri, thread_id());
    cpu_.begin(limits.cpu);
    const MeteringScope metering(context_.board.meter(cell_).resume(start));
    make_piece(start, limits.strategy);
    cpu_.end();
    if (!context_.board.rest_response(cell_)) await_kill(cell());
}

/// Empty pieces, which send nothing and so do not even notice that the client has gone, count as
/// one.
bool Exchange::is_fruitless(Time now) const {
    const auto since = state_.fruitless_since;
    return since != Time{} &&
           context_.dispatcher.limits(*state_.route, since).killed_at().passed(now);
}

void Exchange::make_piece(Time start, Deadline limit) {
    try {
        {
            const ContextScope scope(limit);
            const HandlerScope handler(*state_.route, parser_.parts().id);
            state_.piece = (*state_.stream)();
        }
        if (limit.passed()) throw TimeoutError("the time limit for a piece has passed");
        const bool empty = state_.piece && state_.piece->empty();
        if (!empty) {
            state_.fruitless_since = {};
        } else if (state_.fruitless_since == Time{}) {
            state_.fruitless_since = start;
        }
    } catch (const std::exception& error) {
        spdlog::error("{}: the stream threw: {}", parser_.parts().id, error.what());
        state_.pull_failed = true;
    } catch (...) {
        spdlog::error("{}: the stream threw something unknown", parser_.parts().id);
        state_.pull_failed = true;
    }
}

std::optional<std::string> Exchange::take_piece() noexcept {
    return std::exchange(state_.piece, {});
}

void Exchange::parked(std::uint64_t address, int fd) noexcept {
    cell().waits_for.store(fd, std::memory_order_relaxed);
    cell().parked.store(address, std::memory_order_relaxed);
}

void Exchange::wait_to_write(Time now) noexcept {
    if (state_.answering) context_.board.meter(cell_).wait_to_write(now);
}

void Exchange::log(std::uint64_t body_bytes, Time now) const {
    if (!context_.access_log.enabled()) return;
    context_.access_log.write({.request = parser_.parts(),
                               .request_line = parser_.first_line(),
                               .status = state_.response->status(),
                               .response_headers = &state_.response->headers(),
                               .content_type = state_.response->content_type(),
                               .body_bytes = body_bytes,
                               .duration = now - state_.started});
}

void Exchange::end() noexcept {
    if (state_.answering) context_.board.finish(cell_);
    state_ = {};
}

}  // namespace curfew::worker
