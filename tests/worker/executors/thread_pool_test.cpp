#include "worker/executors/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <deque>
#include <functional>
#include <latch>
#include <stdexcept>
#include <thread>
#include <utility>

using namespace curfew;
using namespace curfew::worker;
using namespace std::chrono_literals;

namespace {

class TestTask final : public Task {
  public:
    explicit TestTask(
        std::function<void()> work, std::function<void()> then = [] {})
        : work_(std::move(work)), then_(std::move(then)) {}

    void run() noexcept override { work_(); }
    void done() noexcept override { then_(); }

  private:
    std::function<void()> work_;
    std::function<void()> then_;
};

/// A loop that stops by itself if a test hangs.
struct LimitedLoop {
    Loop loop;
    bool gave_up = false;
    Timer limit{loop, [this] {
                    gave_up = true;
                    loop.stop();
                }};

    void run() {
        limit.fire_in(20s);
        loop.run();
        CHECK_FALSE(gave_up);
    }
};

}  // namespace

TEST_CASE("a task runs on another thread, and is done on the loop's") {
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 1);
    std::thread::id ran;
    std::thread::id done;
    TestTask task([&] { ran = std::this_thread::get_id(); },
                  [&] {
                      done = std::this_thread::get_id();
                      loop.loop.stop();
                  });

    pool.submit(task);
    loop.run();

    CHECK(ran != std::thread::id{});
    CHECK(ran != std::this_thread::get_id());
    CHECK(done == std::this_thread::get_id());
}

TEST_CASE("of many tasks each runs once and is done once") {
    constexpr std::size_t count = 20'000;
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 4);
    std::atomic<std::size_t> run{0};
    std::size_t done = 0;
    std::deque<TestTask> tasks;
    for (std::size_t i = 0; i < count; ++i) {
        tasks.emplace_back([&] { ++run; },
                           [&] {
                               if (++done == count) loop.loop.stop();
                           });
        pool.submit(tasks.back());
    }

    loop.run();

    CHECK(run == count);
    CHECK(done == count);
}

TEST_CASE("one thread takes tasks in order") {
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 1);
    std::vector<int> order;
    std::deque<TestTask> tasks;
    for (int i = 0; i < 100; ++i) {
        tasks.emplace_back([&order, i] { order.push_back(i); },
                           [&loop, i] {
                               if (i == 99) loop.loop.stop();
                           });
        pool.submit(tasks.back());
    }

    loop.run();

    REQUIRE(order.size() == 100);
    for (int i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("tasks run at the same time, as many as there are threads") {
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 3);
    std::latch all_run(3);
    int done = 0;
    std::deque<TestTask> tasks;
    for (int i = 0; i < 3; ++i) {
        // None ends before all have begun.
        tasks.emplace_back([&] { all_run.arrive_and_wait(); },
                           [&] {
                               if (++done == 3) loop.loop.stop();
                           });
        pool.submit(tasks.back());
    }

    loop.run();

    CHECK(done == 3);
}

TEST_CASE("a task that is done may submit the next") {
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 2);
    int times = 0;
    TestTask* again = nullptr;
    TestTask task([] {},
                  [&] {
                      if (++times == 1000) return loop.loop.stop();
                      pool.submit(*again);
                  });
    again = &task;

    pool.submit(task);
    loop.run();

    CHECK(times == 1000);
}

TEST_CASE("a pool is saturated while as many tasks as threads are unfinished") {
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 2);
    std::latch go(1);
    int done = 0;
    const auto wait = [&] { go.wait(); };
    const auto count = [&] {
        CHECK_FALSE(pool.saturated());
        if (++done == 2) loop.loop.stop();
    };
    TestTask first(wait, count);
    TestTask second(wait, count);

    CHECK_FALSE(pool.saturated());
    pool.submit(first);
    CHECK_FALSE(pool.saturated());
    pool.submit(second);
    CHECK(pool.saturated());
    go.count_down();
    loop.run();

    CHECK_FALSE(pool.saturated());
}

TEST_CASE("a pool that ends lets a running task finish") {
    Loop loop;
    std::latch begun(1);
    std::atomic<bool> finished{false};
    TestTask running([&] {
        begun.count_down();
        std::this_thread::yield();
        finished = true;
    });
    {
        ThreadPool pool(loop, 1);
        pool.submit(running);
        begun.wait();
    }
    CHECK(finished);
}

TEST_CASE("the threads of a pool block no signal: programs that handlers start would as well") {
    LimitedLoop loop;
    ThreadPool pool(loop.loop, 1);
    sigset_t mask;
    ::sigemptyset(&mask);
    TestTask task([&] { ::pthread_sigmask(SIG_BLOCK, nullptr, &mask); }, [&] { loop.loop.stop(); });

    pool.submit(task);
    loop.run();

    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGCHLD}) {
        CAPTURE(signal);
        CHECK(::sigismember(&mask, signal) == 0);
    }
}

TEST_CASE("an exception out of a callback ends the loop and is thrown by run()") {
    Loop loop;
    Timer timer(loop, [] { throw std::runtime_error("out of a callback"); });
    timer.fire_in(0s);
    CHECK_THROWS_WITH_AS(loop.run(), "out of a callback", std::runtime_error);
}
