#include "handlers/backends/running_queries.h"

#include "handlers/backends/cancel_queries.h"
#include "handlers/backends/db.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/servers.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <new>
#include <span>
#include <thread>
#include <vector>

namespace curfew::tests {

using namespace std::chrono_literals;
using db::RunningQueries;
using db::Session;

namespace {

/// In memory that a child process shares.
RunningQueries& shared_table() {
    void* const memory = ::mmap(nullptr, sizeof(RunningQueries), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return *static_cast<RunningQueries*>(memory);
}

/// For the statements of this program; never gone, as threads may run some until its end.
RunningQueries& own_table() {
    static RunningQueries& table = shared_table();
    db::record_queries_in(table);
    return table;
}

std::int64_t running(const std::string& text) {
    const auto count = db::query(
        "SELECT COUNT(*) FROM information_schema.processlist "
        "WHERE info LIKE ? AND id <> CONNECTION_ID()",
        {"%" + text + "%"});
    return std::get<std::int64_t>(count.rows.at(0).at(0));
}

bool comes_to_run(const std::string& text, std::int64_t count) {
    return wait_until([&] { return running(text) == count; });
}

/// A process that is in a statement, until its end.
class Querier {
  public:
    explicit Querier(const std::string& sql) : pid_(::fork()) {
        if (pid_ != 0) return;
        db::record_queries_in(*db::recorded_queries());
        (void)attempt([&] { (void)db::query(sql); });
        ::_exit(0);
    }
    ~Querier() { kill(); }
    Querier(const Querier&) = delete;
    Querier& operator=(const Querier&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    void kill() {
        if (dead_) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        dead_ = true;
    }

  private:
    pid_t pid_;
    bool dead_ = false;
};

}  // namespace

TEST_CASE("running queries: what is entered is found until it is left, or taken") {
    RunningQueries table;
    const auto first = table.enter(7, {.id = 1, .port = 11});
    const auto second = table.enter(7, {.id = 0xffffffff, .port = 0xffff});
    REQUIRE(first.slot != nullptr);
    REQUIRE(second.slot != nullptr);

    RunningQueries::leave(first);

    CHECK(table.take_all() == std::vector<Session>{{.id = 0xffffffff, .port = 0xffff}});
    CHECK(table.take_all().empty());
}

TEST_CASE("running queries: each process has its own") {
    RunningQueries table;
    for (const pid_t process : {5, 4'194'303, 5}) (void)table.enter(process, {.id = 9, .port = 1});

    CHECK(table.take(6).empty());
    CHECK(table.take(4'194'303).size() == 1);
    CHECK(table.take(5).size() == 2);
    CHECK(table.take_all().empty());
}

TEST_CASE("running queries: a full table takes no more, and there is room again") {
    RunningQueries table;
    std::vector<RunningQueries::Entry> entries;
    for (std::uint32_t id = 1; id <= RunningQueries::capacity; ++id) {
        entries.push_back(table.enter(1, {.id = id}));
        REQUIRE(entries.back().slot != nullptr);
    }

    CHECK(table.enter(1, {.id = 2000}).slot == nullptr);
    RunningQueries::leave(entries[100]);
    CHECK(table.enter(1, {.id = 2000}).slot == entries[100].slot);
}

TEST_CASE("running queries: who leaves late does not free the place of another") {
    RunningQueries table;
    const auto late = table.enter(1, {.id = 1});
    CHECK(table.take_all().size() == 1);
    const auto next = table.enter(1, {.id = 2});
    REQUIRE(next.slot == late.slot);

    RunningQueries::leave(late);

    CHECK(table.take_all() == std::vector<Session>{{.id = 2}});
}

TEST_CASE("running queries: what the dead have left is found until it has been cancelled") {
    RunningQueries table;
    (void)table.enter(1, {.id = 10, .port = 1});
    (void)table.enter(2, {.id = 20, .port = 2});
    (void)table.enter(3, {.id = 30, .port = 3});

    CHECK(table.entrust(1, 2));
    CHECK_FALSE(table.entrust(1, 2));
    CHECK(table.entrusted_to(2) == std::vector<Session>{{.id = 10, .port = 1}});
    CHECK(table.entrust(2, 3));
    CHECK(table.entrusted_to(2).empty());
    const auto left = table.entrusted_to(3);
    CHECK(left.size() == 2);
    table.forget(std::span(left).first(1));
    table.forget({{{.id = 30, .port = 3}}});

    CHECK(table.entrusted_to(3).size() == 1);
    CHECK(table.take(3).size() == 2);
}

TEST_CASE("running queries: threads never share a place") {
    RunningQueries table;
    std::vector<std::thread> threads;
    std::atomic<int> shared = 0;
    for (std::uint32_t id = 1; id <= 4; ++id) {
        threads.emplace_back([&, id] {
            for (int i = 0; i < 20'000; ++i) {
                const auto entry = table.enter(1, {.id = id});
                if (static_cast<std::uint32_t>(entry.slot->word.load()) != id) ++shared;
                RunningQueries::leave(entry);
            }
        });
    }
    for (auto& thread : threads) thread.join();

    CHECK(shared == 0);
    CHECK(table.take_all().empty());
}

TEST_CASE("running queries: a statement is entered while it runs, whatever comes of it") {
    const Configured configured;
    RunningQueries& table = own_table();
    const auto id = db::query("SELECT CONNECTION_ID()").rows.at(0).at(0);
    CHECK(table.take_all().empty());

    std::thread other([] { (void)db::query("SELECT SLEEP(0.5) /* entered */"); });
    std::vector<Session> entered;
    CHECK(wait_until([&] {
        entered = table.take_all();
        return !entered.empty();
    }));
    other.join();
    CHECK_THROWS_AS((void)db::query("SELECT nonsense FROM nowhere"), db::Error);
    CHECK(attempt_within(50ms, [] { (void)db::query("SELECT SLEEP(5)"); }).timed_out);

    CHECK(entered.size() == 1);
    CHECK(db::Value(entered.at(0).id) == id);
    CHECK(entered.at(0).port != 0);
    CHECK(table.take_all().empty());
}

TEST_CASE("running queries: those of a dead process are cancelled, and no others") {
    const Configured configured;
    RunningQueries& table = own_table();
    Querier dead("SELECT SLEEP(30) /* process */");
    const Querier alive("SELECT SLEEP(30) /* process */");
    REQUIRE(comes_to_run("/* process */", 2));

    dead.kill();

    CHECK(running("/* process */") == 2);
    CHECK(db::cancel_queries_of(dead.pid(), 5s) == 1);
    CHECK(comes_to_run("/* process */", 1));
    CHECK(db::cancel_queries_of(dead.pid(), 5s) == 0);
    CHECK(db::cancel_queries(table.take(alive.pid()), 5s) == 1);
    CHECK(comes_to_run("/* process */", 0));
}

TEST_CASE("running queries: many that sleep are cancelled without holding each other up") {
    const Configured configured;
    RunningQueries& table = own_table();
    std::vector<std::unique_ptr<Querier>> queriers;
    for (int i = 0; i < 12; ++i) {
        queriers.push_back(std::make_unique<Querier>("SELECT SLEEP(30) /* many */"));
    }
    REQUIRE(comes_to_run("/* many */", 12));
    for (auto& querier : queriers) querier->kill();

    const auto sessions = table.take_all();
    CHECK(sessions.size() == 12);
    CHECK(db::cancel_queries(sessions, 10s) == 12);

    CHECK(comes_to_run("/* many */", 0));
}

TEST_CASE("running queries: a session is told by both its number and its port") {
    const Configured configured;
    RunningQueries& table = own_table();
    const Querier querier("SELECT SLEEP(30) /* told */");
    REQUIRE(comes_to_run("/* told */", 1));
    auto session = table.take(querier.pid()).at(0);

    session.port ^= 1;
    CHECK(db::cancel_queries({{session}}, 5s) == 0);
    CHECK(running("/* told */") == 1);
    session.port ^= 1;
    CHECK(db::cancel_queries({{session}}, 5s) == 1);
}

TEST_CASE("running queries: cancelling nothing asks nobody, and has time of its own") {
    BackendOptions nowhere = real_servers();
    nowhere.db.address = "127.0.0.1:1";
    {
        const Configured configured(nowhere);
        CHECK(db::cancel_queries({}, 1s) == 0);
        CHECK(db::cancel_queries_of(::getpid(), 1s) == 0);
    }
    const Configured configured;
    const auto result = attempt_within(0ms, [] {
        CHECK(db::cancel_queries(std::vector<Session>{{.id = 0xfffffff0, .port = 1}}, 5s) == 0);
    });
    CHECK_FALSE(result.timed_out);
}

}  // namespace curfew::tests
