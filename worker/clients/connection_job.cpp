#include "worker/clients/connection.h"

#include "handlers/context/call_context.h"
#include "handlers/routing/handler_scope.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace curfew::worker {

namespace {

/// A body of which no more is to come is read even if nobody wants it.
constexpr std::size_t small_body = 256 << 10;

std::int64_t milliseconds(Duration duration) noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

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

/// The answer of a route that has cost too many workers their lives.
std::optional<Response> Connection::refused_by_breaker() {
    lease_.reset();
    auto& breaker = context_.board.breakers()[route_->number()];
    if (!breaker.open()) return {};
    const auto now = Deadline::Clock::now();
    const auto pause = breaker_pause(context_.options.circuit_breaker_window);
    const auto limit = context_.dispatcher.limits(*route_, now).harakiri.remaining(now);
    const auto lease = now + pause + std::min<Duration>(limit, std::chrono::hours(1));
    if (breaker.probe(now, lease)) {
        lease_ = lease;
        return {};
    }
    return refusal_by(breaker, now);
}

Response Connection::refusal_by(const CircuitBreaker& breaker, Deadline::Clock::time_point now) {
    context_.board.counters().count(RequestEvent::refused_by_breaker, route_->pattern());
    auto answer = plain_answer(503, "this route is stopped for a while, since it is stuck");
    const auto pause = breaker_pause(context_.options.circuit_breaker_window);
    const auto left = std::clamp(breaker.until() - now, Duration::zero(), pause);
    answer.header("Retry-After",
                  std::to_string(std::chrono::ceil<std::chrono::seconds>(left).count()));
    return answer;
}

/// Answers a request whose body is not there yet, if that is not wanted whatever it is, and is
/// large, or its client asks before it sends it (RFC 9110 section 10.1.1). A small one is cheaper
/// to read than a new connection.
bool Connection::answer_before_body() {
    if (judged_ || !parser_.in_body()) return false;
    const bool asks = parser_.facts().expects_continue && parser_.body_received() == 0;
    if (!asks && parser_.body_to_come() <= small_body) return false;
    judged_ = true;
    identify();
    started_ = Deadline::Clock::now();
    auto plan = context_.dispatcher.plan(parser_.parts());
    if (!plan.answer) {
        route_ = plan.route;
        const auto& breaker = context_.board.breakers()[route_->number()];
        if (!breaker.open() || breaker.until() <= started_) return false;
        plan.answer = refusal_by(breaker, started_);
    }
    answer(std::move(*plan.answer), false);
    return true;
}

/// What the request has waited before it came to us: its limits count from there.
Duration Connection::queue_time() {
    auto waited = Duration::zero();
    late_by_header_ = false;
    if (adopted_) return waited;  // its limits count from its arrival at its first worker
    if (std::exchange(first_request_, false) && context_.busy.may_have_queued(started_)) {
        waited = since_last_arrival(socket_.get());
    }
    const auto said = parser_.facts().request_start;
    if (said.empty() || !context_.trusted.trusts(peer_)) return waited;
    const auto since = since_request_start(said);
    if (!since) return waited;
    if (!is_plausible(*since, context_.options.max_queue_time)) {
        if (context_.wrong_clock.due(started_)) {
            spdlog::warn(
                "{}: X-Request-Start of {} is ignored: it is {} ms {}, and max_queue_time is {} "
                "ms; is the clock of that proxy wrong?",
                parser_.parts().id, peer_, milliseconds(std::chrono::abs(*since)),
                *since < Duration::zero() ? "in the future" : "ago",
                milliseconds(context_.options.max_queue_time));
        }
        return waited;
    }
    late_by_header_ = *since > waited;
    return std::max(waited, *since);
}

/// A request whose time was up before it came here.
void Connection::note_late_start(Deadline::Clock::time_point now) {
    context_.board.counters().count(RequestEvent::too_late, route_->pattern());
    if (!late_by_header_ || !context_.late_start.due(now)) return;
    spdlog::warn(
        "{} {} {}: answered 504 without running: X-Request-Start of {} says that it has waited "
        "for {} ms",
        parser_.parts().id, parser_.parts().method, parser_.parts().target, peer_,
        milliseconds(waited_));
}

void Connection::run() noexcept {
    if (job_ == Job::handler) return run_handler();
    pull_chunk();
}

void Connection::run_handler() {
    auto& parts = parser_.parts();
    // A task that waited for a thread begins later than its request; one that was adopted began
    // where it was before.
    const bool at_once = context_.executor.immediate() || adopted_;
    const auto start = at_once ? started_ : Deadline::Clock::now();
    const auto arrived = start - waited_;
    auto limits = context_.dispatcher.limits(
        *route_, parts, {.received = started_ - waited_, .start = arrived, .budget = budget_});
    parts.limit = limits.strategy;
    parts.deadline = limits.soonest();
    const auto now = adopted_ ? Deadline::Clock::now() : start;
    // Then it is answered at once.
    if (limits.killed_at().passed(now)) limits.harakiri = Deadline::never();
    auto& cell = context_.board.cells()[cell_];
    cell.route.store(route_->number(), std::memory_order_relaxed);
    cell.report_only.store(limits.mode != Harakiri::on, std::memory_order_relaxed);
    const Label label{
        .id = parts.id, .route = route_->pattern(), .method = parts.method, .target = parts.target};
    const bool came_whole = first_byte_ == Deadline::Clock::time_point{};
    const MeteringScope metering(context_.board.meter(cell_).begin(
        start, came_whole ? Duration::zero() : started_ - first_byte_, start - started_ + waited_));
    cpu_.begin(limits.cpu);
    const auto word =
        context_.board.publish(cell_, label, arrived, limits.harakiri, thread_id(), limits.slow_at);
    extension_.begin({.board = context_.board,
                      .cell = cell_,
                      .word = word,
                      .harakiri = limits.harakiri,
                      .latest = limits.latest_harakiri,
                      .mode = limits.mode});
    parts.extension = &extension_;
    if (adopted_ || waited_ > Duration::zero()) context_.board.hasten(limits.harakiri);

    if (parts.deadline.passed(now)) note_late_start(now);
    const KilledAtScope killed_at(extension_.killed_at());
    response_ = context_.dispatcher.run(*route_, Request(parts), now);
    extension_.end();
    cpu_.end();
    if (!context_.board.begin_response(cell_)) await_kill(cell);
    if (lease_ && context_.board.breakers()[route_->number()].close(*lease_)) {
        spdlog::warn("the circuit breaker of route {} is closed: a request was answered in time",
                     route_->pattern());
    }
}

/// The limit is for each piece. Empty ones, which send nothing and so do not even notice that the
/// client has gone, count as one.
void Connection::pull_chunk() {
    const auto start = Deadline::Clock::now();
    const bool fruitless = fruitless_since_ != Deadline::Clock::time_point{};
    if (fruitless &&
        context_.dispatcher.limits(*route_, fruitless_since_).killed_at().passed(start)) {
        spdlog::error(
            "{}: the stream of route {} has yielded nothing but empty pieces for {} ms",
            parser_.parts().id, route_->pattern(),
            std::chrono::floor<std::chrono::milliseconds>(start - fruitless_since_).count());
        chunk_failed_ = true;
        return;
    }
    const auto limits = context_.dispatcher.limits(*route_, start);
    const std::atomic<Deadline> killed_at(limits.killed_at());
    const KilledAtScope scope(killed_at);
    context_.board.resume_response(cell_, start, limits.harakiri, thread_id());
    cpu_.begin(limits.cpu);
    const MeteringScope metering(context_.board.meter(cell_).resume(start));
    try {
        const HandlerScope handler(*route_, parser_.parts().id);
        chunk_ = writer_.chunks()();
        if (!chunk_ || !chunk_->empty()) {
            fruitless_since_ = {};
        } else if (!fruitless) {
            fruitless_since_ = start;
        }
    } catch (const std::exception& error) {
        spdlog::error("{}: the stream threw: {}", parser_.parts().id, error.what());
        chunk_failed_ = true;
    } catch (...) {
        spdlog::error("{}: the stream threw something unknown", parser_.parts().id);
        chunk_failed_ = true;
    }
    cpu_.end();
    if (!context_.board.rest_response(cell_)) await_kill(context_.board.cells()[cell_]);
}

void Connection::parked(std::uint64_t address, int fd) noexcept {
    auto& cell = context_.board.cells()[cell_];
    cell.waits_for.store(fd, std::memory_order_relaxed);
    cell.parked.store(address, std::memory_order_relaxed);
}

}  // namespace curfew::worker
