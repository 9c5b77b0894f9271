#include "worker/worker.h"

#include "handlers/context/own_descriptors.h"
#include "handlers/timeouts/strategy.h"
#include "worker/executors/fiber_pool.h"
#include "worker/executors/thread_pool.h"
#include "worker/http/parser.h"
#include "worker/process/tell_of_overruns.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <utility>

namespace curfew::worker {

namespace {

/// How long a worker waits at its end for a log that has no room for its last lines.
constexpr Duration flush_timeout = std::chrono::milliseconds(100);

std::unique_ptr<Executor> make_executor(Loop& loop, const Options& options) {
    switch (options.worker_class) {
        case Class::sync:
            return std::make_unique<SyncExecutor>();
        case Class::threads:
            return std::make_unique<ThreadPool>(loop, options.threads);
        case Class::fiber:
            return std::make_unique<FiberPool>(loop, options.fiber_stack);
    }
    throw std::logic_error("unknown worker class");
}

/// How many requests this worker answers before it is replaced. The number differs from worker to
/// worker, so that they are not all replaced at once.
std::uint64_t request_budget(const Options& options) {
    if (options.max_requests == 0) return UINT64_MAX;
    std::random_device random;
    std::uniform_int_distribution<int> jitter(0, options.max_requests_jitter);
    return static_cast<std::uint64_t>(options.max_requests + jitter(random));
}

}  // namespace

Worker::Worker(const Options& options, WorkerBoard board, Arena& arena, WorkerSetup setup)
    : options_(options),
      board_(board),
      setup_(std::move(setup)),
      application_(options, *setup_.application),
      helpers_(options, setup_),
      dispatcher_(application_.router(), options),
      access_log_(options.access_logfile, options.access_log_format),
      executor_(make_executor(loop_, options)),
      context_{.options = options,
               .loop = loop_,
               .board = board,
               .dispatcher = dispatcher_,
               .executor = *executor_,
               .access_log = access_log_,
               .arena = arena,
               .served = [this] { on_served(); },
               .job_done = [this] { on_job_done(); }},
      connections_(context_),
      adopter_(context_, connections_, std::move(setup_.adoption.take)),
      ordered_(loop_, setup_.orders.get(),
               [this] {
                   take_orders(board_.line(), setup_.orders.get(),
                               [this](Order order) { heed(order); });
               }),
      stray_(loop_),
      refused_(loop_, refusals_fd(), [] { report_refusals(); }),
      retire_(loop_, too_many_abandoned_.fd(),
              [this] {
                  retire_.disable();
                  wear_out("too many threads run on without their callers");
              }),
      helpers_ended_(loop_, helpers_.end_fd(),
                     [this] {
                         helpers_ended_.disable();
                         wear_out("its helpers have died");
                     }),
      requests_until_drain_(request_budget(options)),
      memory_(options.memory_limit) {
    check_llhttp();
    application_.number_routes(board_.breakers());
    ordered_.enable();
    refused_.enable();
    if (helpers_.end_fd() >= 0) helpers_ended_.enable();
    count_abandoned_threads();
    setup_.replaces ? reopen_access_log() : access_log_.open();
    access_log_.retry_on(loop_);
    access_log_.count_missing_in(board_.counters().missing_lines());
    tell_of_overruns_to(board_.counters());
    connections_.removed = [this] { on_removed(); };
    for (auto& socket : setup_.sockets) {
        listeners_.push_back(std::make_unique<Listener>(context_, connections_, std::move(socket)));
        listeners_.back()->drained = [this] { stop_when_empty(); };
    }
}

Worker::~Worker() = default;

/// Of functions that their strategy has left behind.
void Worker::count_abandoned_threads() {
    if (options_.max_abandoned == 0) return;
    retire_.enable();
    for (auto* const each : strategies()) {
        each->on_abandoned([this](int now) {
            if (now > options_.max_abandoned) too_many_abandoned_.raise();
        });
    }
}

void Worker::run() {
    auto& line = board_.line();
    line.pid.store(::getpid(), std::memory_order_relaxed);
    line.shortest_limit.store(application_.shortest_limit().count());
    line.ready_at.store(Deadline::Clock::now().time_since_epoch().count());
    line.state.store(WorkerState::ready, std::memory_order_release);
    board_.poke();
    setup_.title("ready");
    if (line.terminating.load()) freeze();  // while it booted
    protect_open_descriptors(application_.descriptors());
    loop_.run();
    access_log_.finish(Deadline::in(flush_timeout));
    helpers_.stop();
}

/// A failure of the log must not end the service.
void Worker::reopen_access_log() {
    try {
        access_log_.open();
    } catch (const std::exception& error) {
        spdlog::error("access log: {}; {}", error.what(),
                      access_log_.is_open() ? "the one that is open goes on"
                                            : "this worker's requests are not logged");
    }
}

void Worker::on_served() {
    auto& served = board_.line().requests;  // written by this thread alone
    served.store(served.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (context_.frozen) board_.poke();
    if (--requests_until_drain_ == 0) wear_out("max_requests reached");
    if (!context_.draining && !worn() && memory_.exceeded()) {
        spdlog::warn("worker {} has {} KiB of memory, more than memory_limit, {} KiB", ::getpid(),
                     memory_.bytes() >> 10, memory_.limit() >> 10);
        wear_out("memory_limit reached");
    }
}

/// The worker serves until the master has a replacement that is ready. If no replacement can boot,
/// this worker stays.
void Worker::wear_out(const char* why) {
    if (context_.draining || board_.line().worn.exchange(true)) return;
    worn_by_ = why;
    spdlog::info("worker {} goes on until its replacement is ready: {}", ::getpid(), why);
    board_.poke();
}

/// Threads that were all busy may have kept us from taking clients.
void Worker::on_job_done() {
    if (executor_->saturated()) return;
    for (const auto& listener : listeners_) listener->resume();
    adopter_.resume();
}

void Worker::on_removed() {
    for (const auto& listener : listeners_) listener->resume();
    adopter_.resume();
    if (context_.frozen) board_.poke();
    if (context_.draining) stop_when_empty();
}

void Worker::drain(Queues queues, const char* why) {
    if (std::exchange(context_.draining, true)) return;
    spdlog::info("worker {} drains: {}", ::getpid(), why);
    setup_.title("draining");
    board_.line().state.store(WorkerState::draining, std::memory_order_release);
    board_.poke();  // a replacement is wanted
    for (const auto& listener : listeners_) {
        queues == Queues::take ? listener->drain() : listener->close();
    }
    queues == Queues::take ? adopter_.drain() : adopter_.close();
    connections_.drain();
    stop_when_empty();
}

void Worker::heed(Order order) {
    switch (order) {
        case Order::finish:
            return drain(Queues::take, "told to finish");
        case Order::leave:
            return drain(Queues::leave, worn_by_);
        case Order::freeze:
            return freeze();
        case Order::reopen:
            setup_.reopen_log();
            return reopen_access_log();
    }
}

void Worker::report_refusals() {
    const auto refusals = take_refusals();
    if (!refusals) return;
    spdlog::error(
        "worker {}: route {} tried to close or change descriptors of the server ({} times, from {} "
        "to {}), which was refused: let it close what it has opened, and nothing else",
        ::getpid(), refusals->route, refusals->number, refusals->first, refusals->last);
}

/// From now on the worker begins no request, and leaves its clients to its keeper.
void Worker::freeze() {
    if (!board_.line().terminating.load() || std::exchange(context_.frozen, true)) return;
    setup_.title("terminating");
    for (const auto& listener : listeners_) listener->close();
    adopter_.close();
    connections_.freeze();
    board_.line().frozen.store(true);
    board_.poke();
}

void Worker::stop_when_empty() {
    if (context_.frozen) return;
    const bool closed = std::all_of(listeners_.begin(), listeners_.end(),
                                    [](const auto& listener) { return listener->closed(); });
    if (closed && connections_.size() == 0) loop_.stop();
}

}  // namespace curfew::worker
