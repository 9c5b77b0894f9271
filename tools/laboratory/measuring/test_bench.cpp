#include "tools/laboratory/measuring/test_bench.h"

#include "tools/laboratory/measuring/answers.h"
#include "tools/laboratory/measuring/census.h"
#include "tools/support/client.h"
#include "tools/support/wait_until.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <map>
#include <thread>

namespace curfew::laboratory {

namespace {

using namespace std::chrono_literals;
using tools::Client;
using tools::wait_until;

/// How long a function takes that nothing ends: longer than any backstop.
constexpr auto long_time = 5s;
/// After this time no response is expected any more.
constexpr auto answer_timeout = long_time + 1s;

/// What was told to end gets so long for it, and those who tell it over the network some more:
/// they connect, log in and speak.
constexpr auto moment = 150ms;
constexpr int trips_to_tell = 5;
constexpr auto between_looks = 10ms;
constexpr auto time_to_die = 1500ms;
constexpr auto capacity_timeout = 2s;

Environment environment(const BenchSetup& setup, const Impair& http, const Impair& cache,
                        const Impair& db) {
    return {{"DEMO_HTTP", "http://" + http.address()},
            {"CURFEW_CACHE_SERVERS", cache.address()},
            {"CURFEW_CACHE_TIMEOUT", "30s"},
            {"CURFEW_CACHE_CONNECT_TIMEOUT", "30s"},
            {"CURFEW_DB_ADDRESS", db.address()},
            {"CURFEW_DB_USER", setup.backends.db.user},
            {"CURFEW_DB_PASSWORD", setup.backends.db.password},
            {"CURFEW_DB_DATABASE", setup.backends.db.database}};
}

pid_t worker_of(Client& client) { return static_cast<pid_t>(std::stoi(client.get("/pid").body)); }

/// Told from all others, also of other lanes, by its time, which the database shows: no two are the
/// same, and none ends in a zero that would not be shown.
double unique_time() {
    static std::atomic<int> number{0};
    return static_cast<double>(long_time.count()) + (++number * 10 + 1) * 1e-5;
}

bool is_nothing(const Left& left) {
    return left.function.empty() && left.threads <= 0 && left.children <= 0 &&
           left.descriptors <= 0 && left.queries <= 0;
}

}  // namespace

TestBench::TestBench(const BenchSetup& setup, const std::string& row, const Condition& condition,
                     unsigned seed)
    : house_(setup),
      condition_(condition),
      http_(setup.http),
      cache_(setup.backends.cache.servers.at(0)),
      db_(setup.backends.db.address),
      server_(
          serve(row, condition, setup.settings.workers, environment(setup, http_, cache_, db_))),
      neighbours_(server_->url()),
      random_(seed) {
    for (auto* const each : {&http_, &cache_, &db_}) each->become(condition.network);
}

Sample TestBench::run_fault(const Kind& kind) {
    const double seconds = kind.takes_time ? unique_time() : 0;
    Attempt attempt(server_->url());
    if (server_->keeps_worker()) attempt.worker = worker_of(attempt.client);
    warm_up(attempt, kind);
    for (const pid_t worker : server_->workers()) {
        attempt.before[worker] = {.resources = resources_of(worker), .rest = idle_wchan_of(worker)};
    }

    if (!kind.network.empty()) before(kind.backend).become(condition_.network + " " + kind.network);
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution(0, 20'000)(random_)));
    ask(attempt, server_->target(kind, seconds, server_->limit_ms()));

    Sample sample;
    judge_answer(sample, attempt);
    watch_workers(sample, attempt);
    judge_worker(sample, attempt, kind);
    const bool in_database = kind.backend == Backend::db && kind.takes_time;
    const auto statement = in_database ? in_seconds(seconds) : "";
    const auto look = [&] {
        sample.left = left_behind(attempt, statement);
        return is_nothing(sample.left);
    };
    const auto time_to_tell = trips_to_tell * std::chrono::milliseconds(condition_.round_trip_ms);
    static_cast<void>(wait_until(look, moment + time_to_tell));
    if (sample.left.queries > 0) sample.left.transactions = transactions_with(statement);

    if (!kind.network.empty()) before(kind.backend).become(condition_.network);
    sample.others = neighbours_.between(attempt.start, Clock::now(), house_.settings.tolerance_ms);
    sample.next = next_of(attempt, kind);
    clean_up(sample, attempt);
    return sample;
}

/// The connections that a worker has after a while are not what a call leaves behind.
void TestBench::warm_up(Attempt& attempt, const Kind& kind) {
    const auto workers = server_->keeps_worker() ? std::vector{attempt.worker} : server_->workers();
    const auto now_warm = fmt::format("{} {}", fmt::join(workers, " "), kind.function);
    if (warm_ == now_warm) return;
    warm_ = now_warm;
    // Of a server whose workers cannot be chosen, each is likely to have had its turn.
    const int turns = server_->keeps_worker() ? 1 : 4 * house_.settings.workers;
    for (int i = 0; i < turns; ++i) static_cast<void>(next_of(attempt, kind));
}

/// Waits for the answer, or the end of the connection, or no longer.
void TestBench::ask(Attempt& attempt, const std::string& target) {
    const auto request = tools::get_request(target);
    renew_connection(attempt);
    attempt.start = Clock::now();
    attempt.client.send(request);
    try {
        attempt.gave_up = !attempt.client.hears_within(answer_timeout);
        if (!attempt.gave_up) attempt.reply = attempt.client.read_reply();
    } catch (const std::exception&) {
        attempt.reply = {};
        attempt.gave_up = true;
    }
    attempt.end = Clock::now();
    attempt.report = report_in(attempt.reply);
    // An answer that comes all the same must not be taken for the next one's.
    if (attempt.gave_up) attempt.client = Client(server_->url());
}

/// A server that does not keep its workers may be about to end the connection.
void TestBench::renew_connection(Attempt& attempt) const {
    const bool has_ended = attempt.client.hears_within(0ms);
    if (has_ended || !server_->keeps_worker()) attempt.client = Client(server_->url());
}

/// Until all are free again; finds meanwhile who has, or had, the request.
void TestBench::watch_workers(Sample& sample, Attempt& attempt) const {
    const bool answered = !attempt.report.is_null();
    if (answered) attempt.worker = attempt.report.value("pid", attempt.worker);
    const auto is_free = [&] {
        find_gone(attempt);
        return answered ? is_whole() : is_whole_without(attempt);
    };
    if (wait_until(is_free, capacity_timeout)) {
        sample.whole_ms = to_microseconds(milliseconds(Clock::now() - attempt.end));
    }
    if (attempt.worker == 0 && !attempt.gave_up) find_busy(attempt);
}

/// If no worker has reported, the one that has ended must have had the request. While the
/// connection is open, this is not certain.
void TestBench::find_gone(Attempt& attempt) const {
    if (attempt.worker != 0 || attempt.gave_up) return;
    std::vector<pid_t> gone;
    for (const auto& [worker, what] : attempt.before) {
        if (!tools::is_alive(worker)) gone.push_back(worker);
    }
    if (gone.size() == 1) attempt.worker = gone.front();
}

/// If the response does not come from the worker that has the request, that worker is still busy
/// with it. Another worker may look busy for a moment, but then it is not the only one. If there is
/// no response at all, the worker may serve other requests meanwhile, and look like the others.
void TestBench::find_busy(Attempt& attempt) const {
    const auto only_busy_one = [&] {
        std::vector<pid_t> busy;
        for (const auto& [worker, what] : attempt.before) {
            if (!activity_of(worker, what.rest).empty()) busy.push_back(worker);
        }
        return busy.size() == 1 ? busy.front() : 0;
    };
    const auto look = [&] {
        const pid_t first = only_busy_one();
        std::this_thread::sleep_for(between_looks);
        if (first != 0 && only_busy_one() == first) attempt.worker = first;
        return attempt.worker != 0;
    };
    if (wait_until(look, moment)) return;
    throw std::runtime_error("it cannot be told which worker has had the request");
}

void TestBench::judge_answer(Sample& sample, const Attempt& attempt) const {
    sample.status = attempt.reply.status;
    sample.complete = attempt.reply.whole;
    sample.answer = answer_of(attempt.reply, attempt.report);
    sample.gave_up = attempt.gave_up;
    sample.elapsed_ms = to_microseconds(milliseconds(attempt.end - attempt.start));
    sample.late_ms = to_microseconds(sample.elapsed_ms - server_->limit_ms());
    if (sample.answer == Answer::value && sample.late_ms < 0) {
        throw std::runtime_error("the function was not stuck: it has ended before its limit");
    }
}

/// A worker that has not responded by itself may be about to be killed.
void TestBench::judge_worker(Sample& sample, Attempt& attempt, const Kind& kind) const {
    const auto is_alive = [&] { return attempt.worker != 0 && tools::is_alive(attempt.worker); };
    if (attempt.report.is_null() && server_->keeps_worker()) {  // else that was waited for
        static_cast<void>(wait_until([&] { return !is_alive(); }, time_to_die));
    }
    attempt.alive = is_alive();
    if (attempt.alive || attempt.worker == 0) return;
    const bool died =
        kind.group == "crash" || (server_->tells_deaths() && sample.answer == Answer::death);
    sample.worker = died ? WorkerFate::died : WorkerFate::killed;
}

Left TestBench::left_behind(Attempt& attempt, const std::string& statement) const {
    Left left;
    if (attempt.alive) {
        const auto& before_it = attempt.before[attempt.worker];
        left = resources_of(attempt.worker);
        left.threads -= before_it.resources.threads;
        left.children -= before_it.resources.children;
        left.descriptors -= before_it.resources.descriptors;
        left.memory_kib -= before_it.resources.memory_kib;
        left.function = attempt.report.is_null() ? activity_of(attempt.worker, before_it.rest)
                                                 : server_->still_running(attempt.client);
    }
    if (attempt.worker == 0) left.function = "has not answered";
    if (!statement.empty()) left.queries = queries_with(statement);
    return left;
}

/// The same call once more, over a good network, in the same place if that is still there.
Next TestBench::next_of(Attempt& attempt, const Kind& kind) const {
    try {
        renew_connection(attempt);
        auto harmless = kind;
        if (kind.group == "crash") harmless.function = "sleep";
        const auto target = server_->target(harmless, 0, condition_.backstop_ms);
        const auto report = report_in(attempt.client.get(target));
        if (report.is_null() || report.at("outcome") != "value") return Next::failed;
        return is_right(report) ? Next::right : Next::wrong;
    } catch (const std::exception&) {
        return Next::failed;
    }
}

/// So that the next is not disturbed by what this one has left.
void TestBench::clean_up(const Sample& sample, const Attempt& attempt) {
    const auto& left = sample.left;
    const bool untidy = !left.function.empty() || left.threads > 0 || left.children > 0;
    for (const auto& [worker, what] : attempt.before) {
        const bool has_it = attempt.worker == 0 || (attempt.alive && worker == attempt.worker);
        if (!untidy || !has_it) continue;
        ::kill(worker, SIGKILL);
        static_cast<void>(wait_until([&] { return !tools::is_alive(worker); }));
    }
    recover();
}

void TestBench::recover() const {
    if (!wait_until([&] { return is_whole(); })) {
        throw std::runtime_error("the server has not got its workers back");
    }
}

Impair& TestBench::before(Backend backend) {
    return backend == Backend::http ? http_ : backend == Backend::cache ? cache_ : db_;
}

bool TestBench::is_whole() const {
    return server_->workers().size() >= static_cast<std::size_t>(house_.settings.workers);
}

/// A worker that has not responded does not count: it is stuck, or will be killed. If it is not
/// known which worker that is, one of these is subtracted.
bool TestBench::is_whole_without(const Attempt& attempt) const {
    auto workers = server_->workers();
    std::erase(workers, attempt.worker);
    const std::size_t unknown = attempt.worker == 0 ? 1 : 0;
    return workers.size() >= static_cast<std::size_t>(house_.settings.workers) + unknown;
}

}  // namespace curfew::laboratory
