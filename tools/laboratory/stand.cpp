#include "tools/laboratory/stand.h"

#include "tests/support/client.h"
#include "tests/support/wait_until.h"
#include "tools/laboratory/census.h"

#include <fmt/format.h>
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
using tests::Client;
using tests::Reply;
using tests::wait_until;

/// What a function takes that nobody ends: longer than any backstop.
constexpr double long_time = 5;

/// What was told to end gets so long for it.
constexpr auto moment = 150ms;
constexpr auto time_to_die = 1500ms;
constexpr auto patience_for_capacity = 2s;

Environment environment(const House& house, const Impair& http, const Impair& cache,
                        const Impair& db) {
    return {{"DEMO_HTTP", "http://" + http.address()},
            {"CURFEW_CACHE_SERVERS", cache.address()},
            {"CURFEW_CACHE_TIMEOUT", "30s"},
            {"CURFEW_CACHE_CONNECT_TIMEOUT", "30s"},
            {"CURFEW_DB_ADDRESS", db.address()},
            {"CURFEW_DB_USER", house.backends.db.user},
            {"CURFEW_DB_PASSWORD", house.backends.db.password},
            {"CURFEW_DB_DATABASE", house.backends.db.database}};
}

/// The report of the demo's handler; null if somebody else has answered.
nlohmann::json report_in(const Reply& reply) {
    const auto json = nlohmann::json::parse(reply.body, nullptr, false);
    const bool ours = json.is_object() && json.contains("outcome");
    return ours ? json : nlohmann::json();
}

/// What a function gives over a good network, or nothing of that.
bool is_right(const nlohmann::json& report) {
    const auto& value = report.at("value");
    if (value.is_string()) return true;
    if (value.contains("status")) return value["status"] == 200;
    if (value.contains("cached")) return value["cached"] == "hello, cache";
    // SLEEP() gives 1 if it was interrupted: that would be the answer to an earlier query.
    return value.value("name", "") == "Earth" && value.value("slept", "") == "0";
}

Answer answer_of(const Reply& reply, const nlohmann::json& report) {
    if (reply.status == 0 || !reply.whole) return Answer::none;
    if (report.is_null()) {
        return reply.status == 504   ? Answer::limit
               : reply.status == 502 ? Answer::death
                                     : Answer::error;
    }
    const auto outcome = report.at("outcome").get<std::string>();
    if (outcome == "timeout") return Answer::timeout;
    return outcome == "value" && is_right(report) ? Answer::value : Answer::error;
}

pid_t worker_of(Client& client) { return static_cast<pid_t>(std::stoi(client.get("/pid").body)); }

/// Told from all others, also of other lanes, by its time, which the database shows: no two are the
/// same, and none ends in a zero that would not be shown.
double unique_time() {
    static std::atomic<int> number{0};
    return long_time + (++number * 10 + 1) * 1e-5;
}

bool is_nothing(const Left& left) {
    return left.function.empty() && left.threads <= 0 && left.children <= 0 &&
           left.descriptors <= 0 && left.queries <= 0;
}

}  // namespace

Stand::Stand(const House& house, const std::string& row, const Condition& condition, unsigned seed)
    : house_(house),
      condition_(condition),
      http_(house.http),
      cache_(house.backends.cache.servers.at(0)),
      db_(house.backends.db.address),
      server_(
          serve(row, condition, house.settings.workers, environment(house, http_, cache_, db_))),
      neighbours_(server_->url()),
      random_(seed) {
    for (auto* const each : {&http_, &cache_, &db_}) each->become(condition.network);
}

Sample Stand::stick(const Kind& kind) {
    const double seconds = kind.takes_time ? unique_time() : 0;
    Attempt attempt(server_->url());
    if (server_->keeps_worker()) attempt.worker = worker_of(attempt.client);
    warm_up(attempt, kind);
    for (const pid_t worker : server_->workers()) {
        attempt.before[worker] = {.belongings = belongings_of(worker),
                                  .rest = resting_place_of(worker)};
    }

    if (!kind.network.empty()) before(kind.backend).become(condition_.network + " " + kind.network);
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution(0, 20'000)(random_)));
    ask(attempt, server_->target(kind, seconds, server_->limit_ms()));

    Sample sample;
    judge_answer(sample, attempt);
    find_worker(attempt);
    const auto stuck = attempt.report.is_null() ? std::optional(attempt.worker) : std::nullopt;
    if (wait_until([&] { return whole(stuck); }, patience_for_capacity)) {
        sample.whole_ms = to_microseconds(milliseconds(Clock::now() - attempt.end));
    }
    judge_worker(sample, attempt, kind);
    const bool in_database = kind.backend == Backend::db && kind.takes_time;
    const auto statement = in_database ? fmt::format("{:.5f}", seconds) : "";
    const auto look = [&] {
        sample.left = left_behind(attempt, statement);
        return is_nothing(sample.left);
    };
    static_cast<void>(wait_until(look, moment));
    if (sample.left.queries > 0) sample.left.transactions = transactions_with(statement);

    if (!kind.network.empty()) before(kind.backend).become(condition_.network);
    sample.others = neighbours_.between(attempt.start, Clock::now(), house_.settings.tolerance_ms);
    sample.next = next_of(attempt, kind);
    clean_up(sample, attempt);
    return sample;
}

/// The connections that a worker has after a while are not what a call leaves behind.
void Stand::warm_up(Attempt& attempt, const Kind& kind) {
    const auto now_warm = fmt::format("{} {}", attempt.worker, kind.function);
    if (warm_ == now_warm) return;
    warm_ = now_warm;
    // Of a server whose workers cannot be chosen, each is likely to have had its turn.
    const int turns = server_->keeps_worker() ? 1 : 4 * house_.settings.workers;
    for (int i = 0; i < turns; ++i) static_cast<void>(next_of(attempt, kind));
}

/// Waits for the answer, or the end of the connection.
void Stand::ask(Attempt& attempt, const std::string& target) {
    const auto request = tests::get_request(target);
    if (attempt.client.hears_within(0ms)) attempt.client = Client(server_->url());  // its end
    attempt.start = Clock::now();
    attempt.client.send(request);
    try {
        attempt.reply = attempt.client.read_reply();
    } catch (const std::exception&) {
        attempt.reply = {};
    }
    attempt.end = Clock::now();
    attempt.report = report_in(attempt.reply);
}

/// Whoever has answered says who it is. Else it is the one that is gone soon; or the one that is
/// still at it, if somebody else has answered for it.
void Stand::find_worker(Attempt& attempt) const {
    if (!attempt.report.is_null()) attempt.worker = attempt.report.value("pid", attempt.worker);
    if (attempt.worker != 0) return;
    const auto gone = [&] {
        for (const auto& [worker, what] : attempt.before) {
            if (!tests::is_alive(worker)) attempt.worker = worker;
        }
        return attempt.worker != 0;
    };
    if (wait_until(gone, time_to_die)) return;
    for (const auto& [worker, what] : attempt.before) {
        if (!business_of(worker, what.rest).empty()) attempt.worker = worker;
    }
}

void Stand::judge_answer(Sample& sample, const Attempt& attempt) const {
    sample.status = attempt.reply.status;
    sample.complete = attempt.reply.whole;
    sample.answer = answer_of(attempt.reply, attempt.report);
    sample.elapsed_ms = to_microseconds(milliseconds(attempt.end - attempt.start));
    sample.late_ms = to_microseconds(sample.elapsed_ms - server_->limit_ms());
}

/// Who has not answered by himself may be about to die.
void Stand::judge_worker(Sample& sample, Attempt& attempt, const Kind& kind) const {
    const auto is_alive = [&] { return attempt.worker != 0 && tests::is_alive(attempt.worker); };
    if (attempt.report.is_null() && server_->keeps_worker()) {  // else that was waited for
        static_cast<void>(wait_until([&] { return !is_alive(); }, time_to_die));
    }
    attempt.alive = is_alive();
    if (attempt.alive || attempt.worker == 0) return;
    const bool died =
        kind.group == "crash" || (server_->tells_deaths() && sample.answer == Answer::death);
    sample.worker = died ? WorkerFate::died : WorkerFate::killed;
}

Left Stand::left_behind(Attempt& attempt, const std::string& statement) const {
    Left left;
    if (attempt.alive) {
        const auto& before_it = attempt.before[attempt.worker];
        left = belongings_of(attempt.worker);
        left.threads -= before_it.belongings.threads;
        left.children -= before_it.belongings.children;
        left.descriptors -= before_it.belongings.descriptors;
        left.memory_kib -= before_it.belongings.memory_kib;
        left.function = attempt.report.is_null() ? business_of(attempt.worker, before_it.rest)
                                                 : server_->still_running(attempt.client);
    }
    if (!statement.empty()) left.queries = queries_with(statement);
    return left;
}

/// The same call once more, over a good network, in the same place if that is still there.
Next Stand::next_of(Attempt& attempt, const Kind& kind) const {
    try {
        if (attempt.client.hears_within(0ms)) attempt.client = Client(server_->url());  // its end
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
void Stand::clean_up(const Sample& sample, const Attempt& attempt) {
    const auto& left = sample.left;
    if (attempt.alive && (!left.function.empty() || left.threads > 0 || left.children > 0)) {
        ::kill(attempt.worker, SIGKILL);
        static_cast<void>(wait_until([&] { return !tests::is_alive(attempt.worker); }));
    }
    recover();
}

void Stand::recover() const {
    if (!wait_until([&] { return whole({}); })) {
        throw std::runtime_error("the server has not got its workers back");
    }
}

Impair& Stand::before(Backend backend) {
    return backend == Backend::http ? http_ : backend == Backend::cache ? cache_ : db_;
}

/// Whoever has not answered does not count: it is stuck, or to be killed.
bool Stand::whole(const std::optional<pid_t>& stuck) const {
    auto workers = server_->workers();
    if (stuck) std::erase(workers, *stuck);
    return workers.size() >= static_cast<std::size_t>(house_.settings.workers);
}

}  // namespace curfew::laboratory
