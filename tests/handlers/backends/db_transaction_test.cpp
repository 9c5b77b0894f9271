#include "handlers/backends/db.h"
#include "tests/handlers/backends/attempt.h"
#include "tests/support/servers.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>

namespace curfew::tests {

using namespace std::chrono_literals;
using db::Value;

namespace {

/// A table of two empty accounts.
void open_accounts() {
    (void)db::query("CREATE OR REPLACE TABLE accounts (id INT PRIMARY KEY, balance INT NOT NULL)");
    (void)db::query("INSERT INTO accounts VALUES (1, 0), (2, 0)");
}

Value total() { return db::query("SELECT CAST(SUM(balance) AS INT) FROM accounts").rows[0][0]; }

void pay(db::Transaction& transaction, int account) {
    (void)transaction.query("UPDATE accounts SET balance = balance + 1 WHERE id = ?", {account});
}

}  // namespace

TEST_CASE("transaction: all of it happens, and what the function returned comes back") {
    const Configured configured;
    open_accounts();

    const int returned = db::transaction([](db::Transaction& t) {
        pay(t, 1);
        pay(t, 2);
        return 7;
    });

    CHECK(returned == 7);
    CHECK(total() == Value(2));
}

TEST_CASE("transaction: nothing of it happens if the function throws") {
    const Configured configured;
    open_accounts();

    CHECK_THROWS_AS(db::transaction([](db::Transaction& t) {
                        pay(t, 1);
                        throw std::runtime_error("no");
                    }),
                    std::runtime_error);

    CHECK(total() == Value(0));
}

TEST_CASE("transaction: a refused statement may be survived") {
    const Configured configured;
    open_accounts();

    db::transaction([](db::Transaction& t) {
        pay(t, 1);
        CHECK_THROWS_AS((void)t.query("INSERT INTO accounts VALUES (1, 5)"), db::Error);
        pay(t, 2);
    });

    CHECK(total() == Value(2));
}

TEST_CASE("transaction: after a timeout nothing more can be done in it, and nothing happens") {
    const Configured configured;
    open_accounts();

    const auto whole = attempt([] {
        db::transaction([](db::Transaction& t) {
            pay(t, 1);
            const auto slow = attempt_within(200ms, [&] { (void)t.query("SELECT SLEEP(5)"); });
            CHECK(slow.timed_out);
            pay(t, 2);
        });
    });

    CHECK(whole.kind == BackendError::Kind::protocol);
    CHECK(total() == Value(0));
}

TEST_CASE("transaction: after a deadlock nothing more can be done in it") {
    const Configured configured;
    open_accounts();
    std::atomic<int> first_locks = 0;
    std::atomic<int> deadlocks = 0;
    const auto work = [&](int first, int second) {
        try {
            db::transaction([&](db::Transaction& t) {
                pay(t, first);
                ++first_locks;
                while (first_locks < 2) std::this_thread::yield();
                try {
                    pay(t, second);
                } catch (const db::Error& error) {
                    CHECK(error.code() == 1213);
                    ++deadlocks;
                    pay(t, first);  // would count if it were outside of the transaction
                }
            });
        } catch (const BackendError&) {
        }
    };

    std::thread one(work, 1, 2);
    std::thread two(work, 2, 1);
    one.join();
    two.join();

    CHECK(deadlocks == 1);
    CHECK(total() == Value(2));
}

TEST_CASE("transaction: once committed it is over") {
    const Configured configured;
    db::Transaction t;
    t.commit();

    CHECK_THROWS_AS((void)t.query("SELECT 1"), BackendError);
    CHECK_THROWS_AS(t.commit(), BackendError);
}

}  // namespace curfew::tests
