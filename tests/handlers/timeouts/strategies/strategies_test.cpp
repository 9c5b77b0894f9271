#include "handlers/base/error.h"
#include "handlers/context/call_context.h"
#include "handlers/timeouts/strategy.h"
#include "handlers/timeouts/with_timeout.h"
#include "tests/support/wait_until.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

using Clock = Deadline::Clock;

/// Two ends of a connection on which nobody says anything.
struct SilentPair {
    SilentPair() {
        int fds[2];
        checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), "socketpair");
        ours.reset(fds[0]);
        theirs.reset(fds[1]);
    }
    UniqueFd ours;
    UniqueFd theirs;
};

/// Far from the limit, so that a noisy machine cannot make one look like the other.
constexpr Duration limit = 100ms;
constexpr Duration whole = 3s;
constexpr Duration clearly_ended = 1500ms;

/// The timeout of one operation, as a library has it: what strategy `io` says, else its default.
int operation_timeout() {
    const auto timeout = std::min(call_context().per_operation, whole);
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count());
}

/// Reads until the other end closes, as a blocking library would.
void read_with_own_timeouts(int fd) {
    char byte = 0;
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    while (::poll(&wanted, 1, operation_timeout()) > 0 && ::recv(fd, &byte, 1, 0) > 0) continue;
}

struct Outcome {
    bool timed_out = false;
    Duration elapsed{};
};

template <typename Function>
Outcome attempt(const Strategy& by, Duration within, Function function) {
    const auto start = Clock::now();
    Outcome outcome;
    try {
        with_timeout(within, by.name(), function);
    } catch (const TimeoutError&) {
        outcome.timed_out = true;
    }
    outcome.elapsed = Clock::now() - start;
    return outcome;
}

/// Those that run a function in this process: the others have programs of their own.
std::vector<Strategy*> in_process() {
    auto all = strategies();
    std::erase_if(
        all, [](const auto* each) { return each->name() == "process" || each->name() == "fork"; });
    return all;
}

/// Runs `test` for all strategies at once, each on a thread of its own: most of it is waiting.
template <typename Test>
void for_each_strategy(Test test) {
    std::vector<std::jthread> threads;
    for (const auto* const each : in_process()) {
        threads.emplace_back([each, test] { test(*each); });
    }
}

bool returned_early(const Strategy& by, const Outcome& outcome) {
    CAPTURE(by.name());
    if (outcome.elapsed < clearly_ended) CHECK(outcome.elapsed >= limit);
    return outcome.elapsed < clearly_ended;
}

}  // namespace

TEST_CASE("every strategy returns what a function in time returns, and throws what it throws") {
    for (const auto* const by : in_process()) {
        CAPTURE(by->name());
        CHECK(with_timeout(5s, by->name(), [] { return std::string("in time"); }) == "in time");
        CHECK_THROWS_WITH_AS(
            with_timeout(5s, by->name(), []() -> int { throw HttpError(418, "tea"); }), "tea",
            HttpError);
        CHECK_NOTHROW(with_timeout(5s, by->name(), [] {}));
    }
}

TEST_CASE("a result may be something that only moves") {
    for (const auto* const by : in_process()) {
        CAPTURE(by->name());
        CHECK(*with_timeout(5s, by->name(), [] { return std::make_unique<int>(7); }) == 7);
    }
}

TEST_CASE("an unknown strategy is refused, with the choices") {
    CHECK_THROWS_WITH_AS(with_timeout(1s, "hope", [] {}),
                         doctest::Contains("the choices are none, io, deadline"),
                         std::invalid_argument);
}

TEST_CASE("a wait for a silent peer ends at the limit under those strategies that say so") {
    for_each_strategy([](const Strategy& by) {
        const auto pair = std::make_shared<SilentPair>();
        const auto outcome =
            attempt(by, limit, [pair] { read_with_own_timeouts(pair->ours.get()); });
        CHECK(returned_early(by, outcome) == by.guarantees().blocked_socket);
    });
}

TEST_CASE("a peer that drips defeats timeouts for each operation, and only those") {
    for_each_strategy([](const Strategy& by) {
        const auto pair = std::make_shared<SilentPair>();
        std::jthread dripper([pair](const std::stop_token& stop) {
            const auto end = Deadline::in(whole);
            while (!stop.stop_requested() && !end.passed()) {
                (void)!::send(pair->theirs.get(), "x", 1, MSG_NOSIGNAL);
                std::this_thread::sleep_for(20ms);
            }
            ::shutdown(pair->theirs.get(), SHUT_RDWR);
        });
        const auto outcome =
            attempt(by, 500ms, [pair] { read_with_own_timeouts(pair->ours.get()); });
        CHECK(returned_early(by, outcome) == by.guarantees().drip_feed);
    });
}

TEST_CASE("a sleep ends at the limit under those strategies that say so") {
    for_each_strategy([](const Strategy& by) {
        const auto outcome = attempt(by, limit, [] { std::this_thread::sleep_for(whole); });
        CHECK(returned_early(by, outcome) == by.guarantees().sleep);
    });
}

TEST_CASE("a computation that cooperates ends at the limit under those strategies that say so") {
    for_each_strategy([](const Strategy& by) {
        const auto outcome = attempt(by, limit, [] {
            for (const auto end = Deadline::in(whole); !end.passed();) checkpoint();
        });
        CHECK(returned_early(by, outcome) == by.guarantees().cooperative_loop);
    });
}

TEST_CASE("destructors of a function that was ended run") {
    for (const auto* const by : in_process()) {
        if (!by->guarantees().cooperative_loop) continue;
        CAPTURE(by->name());
        const auto alive = std::make_shared<std::atomic<int>>(0);
        struct Local {
            explicit Local(std::shared_ptr<std::atomic<int>> count) : count_(std::move(count)) {
                ++*count_;
            }
            ~Local() { --*count_; }
            std::shared_ptr<std::atomic<int>> count_;
        };
        attempt(*by, limit, [alive] {
            const Local local(alive);
            while (true) checkpoint();
        });
        for (const auto end = Deadline::in(10s); *alive != 0 && !end.passed();) {
            std::this_thread::yield();
        }
        CHECK(*alive == 0);
    }
}

TEST_CASE("limits nest: the sooner wins, inner or outer, under any pair of strategies") {
    for (const auto* const outer : in_process()) {
        for (const auto* const inner : in_process()) {
            if (!outer->guarantees().sleep) continue;
            CAPTURE(outer->name());
            CAPTURE(inner->name());
            const auto nested = [inner](Duration inner_limit) {
                return [inner, inner_limit] {
                    with_timeout(inner_limit, inner->name(),
                                 [] { std::this_thread::sleep_for(whole); });
                };
            };
            if (inner->guarantees().sleep) {
                CHECK(attempt(*outer, 2s, nested(50ms)).elapsed < clearly_ended);
            }
            CHECK(attempt(*outer, 50ms, nested(2s)).elapsed < clearly_ended);
        }
    }
}

TEST_CASE("after an inner limit the outer one still holds") {
    for (const auto* const by : in_process()) {
        if (!by->guarantees().sleep) continue;
        CAPTURE(by->name());
        const auto outcome = attempt(*by, 300ms, [by] {
            CHECK_THROWS_AS(
                with_timeout(50ms, by->name(), [] { std::this_thread::sleep_for(whole); }),
                TimeoutError);
            std::this_thread::sleep_for(whole);
        });
        CHECK(outcome.timed_out);
        CHECK(outcome.elapsed < clearly_ended);
    }
}

TEST_CASE("a limit leaves nothing behind for the next call") {
    for (const auto* const by : in_process()) {
        if (!by->guarantees().sleep) continue;
        CAPTURE(by->name());
        for (int i = 0; i < 20; ++i) {
            CHECK(attempt(*by, 2ms, [] { std::this_thread::sleep_for(whole); }).timed_out);
            CHECK_FALSE(attempt(*by, 10s, [] { std::this_thread::sleep_for(1ms); }).timed_out);
        }
        CHECK(call_context().limit.is_never());
        CHECK(call_context().token == nullptr);
    }
}

TEST_CASE("a limit that has passed and is not yet cleaned up does not hide the next one") {
    std::atomic<bool> passed = false;
    std::atomic<bool> go_on = false;
    std::jthread lingering([&] {
        CHECK_THROWS_AS(with_timeout(10ms, "timer",
                                     [&] {
                                         std::this_thread::sleep_for(whole);  // ends at 10 ms
                                         passed = true;
                                         while (!go_on) std::this_thread::yield();
                                     }),
                        TimeoutError);
    });
    while (!passed) std::this_thread::yield();

    const auto outcome =
        attempt(strategy("timer"), limit, [] { std::this_thread::sleep_for(whole); });
    go_on = true;

    CHECK(outcome.timed_out);
    CHECK(outcome.elapsed < clearly_ended);
}

TEST_CASE("a limit that is over interrupts nothing that comes after it") {
    for_each_strategy([](const Strategy& by) {
        CAPTURE(by.name());
        with_timeout(limit, by.name(), [] {});
        with_timeout(10s, by.name(), [&] { with_timeout(limit, by.name(), [] {}); });

        const auto start = Clock::now();
        CHECK(::poll(nullptr, 0, 300) == 0);
        timeval time{.tv_sec = 0, .tv_usec = 300'000};
        CHECK(::select(0, nullptr, nullptr, nullptr, &time) == 0);  // libc's own
        CHECK(::usleep(300'000) == 0);
        CHECK(Clock::now() - start >= 900ms);
    });
}

TEST_CASE("a limit that met a handler's blocked signals interrupts nothing when they come back") {
    for_each_strategy([](const Strategy& by) {
        CAPTURE(by.name());
        if (by.detaches()) return;  // those of another thread
        sigset_t all;
        sigset_t before;
        ::sigfillset(&all);
        attempt(by, 50ms, [&] {
            ::pthread_sigmask(SIG_SETMASK, &all, &before);
            timeval time{.tv_sec = 0, .tv_usec = 200'000};
            ::select(0, nullptr, nullptr, nullptr, &time);
        });
        // Newer kernels do not deliver what a timer has sent before it was unset, older ones do.
        sigset_t pending;
        ::sigpending(&pending);
        for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
            CHECK(::sigismember(&pending, signal) == 0);
        }
        const timespec time{.tv_sec = 0, .tv_nsec = 100'000'000};
        CHECK(::ppoll(nullptr, 0, &time, &before) == 0);
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    });
}

/// On a busy machine the thread that keeps strategy timer's limits comes late.
void await_end_of_limit() {
    for (const auto end = Deadline::in(10s); !end.passed();) {
        if (call_context().expired() || call_context().cancelled()) return;
    }
}

TEST_CASE("a limit after which no time is left holds at the first check, alone and nested") {
    struct Limits {
        Duration outer;
        Duration spent;  ///< between the two
        Duration inner;
    };
    const std::vector<Limits> all{{10s, 0ms, 0ms},  {10s, 0ms, -1s},  {10s, 0ms, Duration::min()},
                                  {0ms, 0ms, 0ms},  {0ms, 0ms, 10s},  {-1s, 0ms, Duration::max()},
                                  {5ms, 20ms, 10s}, {5ms, 20ms, 5ms}, {5ms, 20ms, 0ms},
                                  {10s, 0ms, 1ns}};
    for (const auto* const outer : in_process()) {
        for (const auto* const inner : in_process()) {
            for (const auto& limits : all) {
                const bool outer_holds = outer->guarantees().cooperative_loop;
                const bool inner_holds = inner->guarantees().cooperative_loop;
                const bool inner_over = limits.inner < 1ms;
                if (!(inner_over ? inner_holds : outer_holds)) continue;
                CAPTURE(outer->name());
                CAPTURE(inner->name());
                CAPTURE(limits.outer.count());
                CAPTURE(limits.inner.count());
                const auto checked = std::make_shared<std::atomic<int>>(0);
                const auto passed = std::make_shared<std::atomic<int>>(0);
                const bool noticed = outer_holds && limits.spent > 0ms;
                const auto outcome = attempt(*outer, limits.outer, [=] {
                    for (const auto end = Deadline::in(limits.spent); !end.passed();) continue;
                    if (noticed) await_end_of_limit();
                    with_timeout(limits.inner, inner->name(), [=] {
                        ++*checked;
                        checkpoint();
                        ++*passed;
                    });
                });
                CHECK(outcome.timed_out);
                CHECK(tests::wait_until([&] { return *checked == 1; }));
                CHECK(*passed == 0);
            }
        }
    }
}

TEST_CASE("the longest limit there is ends nothing, also nested") {
    for (const auto* const outer : in_process()) {
        for (const auto* const inner : in_process()) {
            CAPTURE(outer->name());
            CAPTURE(inner->name());
            const auto result = with_timeout(Duration::max(), outer->name(), [inner] {
                return with_timeout(Duration::max(), inner->name(), [] {
                    std::this_thread::sleep_for(1ms);
                    checkpoint();
                    return 7;
                });
            });
            CHECK(result == 7);
        }
    }
}
