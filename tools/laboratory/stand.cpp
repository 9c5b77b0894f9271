#include "tools/laboratory/stand.h"

#include "tests/support/client.h"
#include "tests/support/wait_until.h"
#include "tools/laboratory/census.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
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

Answer answer_of(const Reply& reply, const nlohmann::json& report) {
    if (reply.status == 0 || !reply.whole) return Answer::none;
    if (report.is_null()) {
        return reply.status == 504   ? Answer::limit
               : reply.status == 502 ? Answer::death
                                     : Answer::error;
    }
    const auto outcome = report.at("outcome").get<std::string>();
    return outcome == "value"     ? Answer::value
           : outcome == "timeout" ? Answer::timeout
                                  : Answer::error;
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

Next next_of(Client& client, const std::string& target) {
    try {
        const auto report = report_in(client.get(target));
        if (report.is_null() || report.at("outcome") != "value") return Next::failed;
        return is_right(report) ? Next::right : Next::wrong;
    } catch (const std::exception&) {
        return Next::failed;
    }
}

}  // namespace

Stand::Stand(const House& house, const std::string& row, const Condition& condition, unsigned seed)
    : house_(house),
      condition_(condition),
      http_(house.workplace.room("impair"), house.http),
      cache_(house.workplace.room("impair"), house.backends.cache.servers.at(0)),
      db_(house.workplace.room("impair"), house.backends.db.address),
      server_(serve(house.workplace, row, condition, house.settings.workers,
                    environment(house, http_, cache_, db_))),
      neighbours_(server_->url()),
      random_(seed) {
    for (auto* const each : {&http_, &cache_, &db_}) each->become(condition.network);
}

Sample Stand::stick(const Kind& kind) {
    ++sample_;
    const auto& settings = house_.settings;
    const double limit = server_->limit_ms();
    // Told from all others by its time, which the database shows.
    const double seconds = kind.takes_time ? long_time + sample_ * 1e-4 : 0;
    Client client(server_->url());
    const auto worker = static_cast<pid_t>(std::stoi(client.get("/pid").body));

    // The connections that a worker has after a while are not what a call leaves behind.
    if (const auto now_warm = fmt::format("{} {}", worker, kind.function); warm_ != now_warm) {
        static_cast<void>(client.get(server_->target(kind, 0, condition_.backstop_ms)));
        warm_ = now_warm;
    }
    const auto before_it = belongings_of(worker);
    if (!kind.network.empty()) before(kind.backend).become(condition_.network + " " + kind.network);

    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution(0, 20'000)(random_)));
    const auto request = tests::get_request(server_->target(kind, seconds, limit));
    const auto start = Clock::now();
    client.send(request);
    Reply reply;
    try {
        reply = client.read_reply();
    } catch (const std::exception&) {
        reply = {};  // the connection has ended
    }
    const auto end = Clock::now();

    Sample sample;
    if (wait_until([&] { return whole(); }, 2s)) sample.whole_ms = milliseconds(Clock::now() - end);
    const auto report = report_in(reply);
    sample.status = reply.status;
    sample.complete = reply.whole;
    sample.answer = answer_of(reply, report);
    sample.elapsed_ms = milliseconds(end - start);
    sample.late_ms = sample.elapsed_ms - limit;

    const bool ends = report.is_null();  // if the worker has not answered, it will not
    if (ends) static_cast<void>(wait_until([&] { return !tests::is_alive(worker); }, 2s));
    const bool alive = tests::is_alive(worker);
    const bool died =
        kind.group == "crash" || (server_->tells_deaths() && sample.answer == Answer::death);
    sample.worker = alive ? WorkerFate::alive : died ? WorkerFate::died : WorkerFate::killed;

    const auto statement = fmt::format("{:.4f}", seconds);
    const bool in_database = kind.backend == Backend::db && kind.takes_time;
    const bool kept = alive && reply.whole && reply.field("Connection") != "close";
    const auto look = [&] {
        if (alive) sample.left = belongings_of(worker);
        sample.left.threads -= alive ? before_it.threads : 0;
        sample.left.children -= alive ? before_it.children : 0;
        sample.left.descriptors -= alive ? before_it.descriptors : 0;
        sample.left.memory_kib -= alive ? before_it.memory_kib : 0;
        // Whom somebody else has answered for may be at it still.
        if (alive && report.is_null()) sample.left.function = business_of(worker);
        if (kept && !report.is_null()) {
            sample.left.function = server_->still_running(client, report);
        }
        if (in_database) {
            const auto left = statements_with(statement);
            sample.left.queries = left.queries;
            sample.left.transactions = left.transactions;
        }
        return sample.left.function.empty() && sample.left.threads <= 0 &&
               sample.left.children <= 0 && sample.left.descriptors <= 0 &&
               sample.left.queries <= 0;
    };
    static_cast<void>(wait_until(look, moment));

    if (!kind.network.empty()) before(kind.backend).become(condition_.network);
    sample.others = neighbours_.between(start, Clock::now(), settings.tolerance_ms);
    if (!kept) client = Client(server_->url());
    sample.next = next_of(client, server_->target(kind, 0, condition_.backstop_ms));
    if (alive &&
        (!sample.left.function.empty() || sample.left.threads > 0 || sample.left.children > 0)) {
        ::kill(worker, SIGKILL);  // or it would disturb the next
        static_cast<void>(wait_until([&] { return !tests::is_alive(worker); }));
    }
    await_whole();
    return sample;
}

Impair& Stand::before(Backend backend) {
    return backend == Backend::http ? http_ : backend == Backend::cache ? cache_ : db_;
}

void Stand::await_whole() {
    if (!wait_until([&] { return whole(); })) {
        throw std::runtime_error("the server has not got its workers back");
    }
}

bool Stand::whole() const {
    return server_->workers().size() >= static_cast<std::size_t>(house_.settings.workers);
}

}  // namespace curfew::laboratory
