// What a call costs under each strategy when nothing is slow. Prints a line for each: its name, a
// tab and nanoseconds. The first is the bare call; "to a thread" and "to a process" are what it
// takes at least to hand something over and get it back. All on one core, or the time that another
// takes to wake up would be most of it.
#include "handlers/timeouts/processes/helpers.h"
#include "handlers/timeouts/strategy.h"
#include "handlers/timeouts/with_timeout.h"

#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace curfew;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// What is called: something that the compiler cannot leave out.
[[gnu::noinline]] int answer() {
    static volatile int value = 42;
    return value;
}

/// Nanoseconds for one call: the median of rounds, so that another program's turn does not count.
template <typename Call>
double cost(Call call) {
    constexpr int rounds = 201;
    int calls = 1;
    std::vector<double> each;
    while (each.size() < rounds) {
        const auto start = Clock::now();
        for (int i = 0; i < calls; ++i) call();
        const auto spent = Clock::now() - start;
        if (spent < 200us && each.empty()) {
            calls *= 2;  // still finding out how many make a round
        } else {
            each.push_back(std::chrono::duration<double, std::nano>(spent).count() / calls);
        }
    }
    std::nth_element(each.begin(), each.begin() + rounds / 2, each.end());
    return each[rounds / 2];
}

/// A thread that answers, by a condition variable each way.
double cost_to_a_thread() {
    std::mutex mutex;
    std::condition_variable asked;
    std::condition_variable answered;
    enum { nothing, question, end } state = nothing;
    std::thread other([&] {
        std::unique_lock lock(mutex);
        while (true) {
            asked.wait(lock, [&] { return state != nothing; });
            if (state == end) return;
            state = nothing;
            lock.unlock();
            answered.notify_one();
            lock.lock();
        }
    });
    const auto ask = [&](auto what) {
        {
            const std::lock_guard lock(mutex);
            state = what;
        }
        asked.notify_one();
    };
    const double result = cost([&] {
        ask(question);
        std::unique_lock lock(mutex);
        answered.wait_for(lock, 5s, [&] { return state == nothing; });
    });
    ask(end);
    other.join();
    return result;
}

/// A process that answers, over a socket.
double cost_to_a_process() {
    int ends[2];
    checked(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "socketpair");
    const pid_t other = checked(::fork(), "fork");
    char byte = 0;
    if (other == 0) {
        ::close(ends[0]);
        while (::read(ends[1], &byte, 1) == 1 && ::write(ends[1], &byte, 1) == 1) continue;
        ::_exit(0);
    }
    ::close(ends[1]);
    const double result = cost([&] {
        (void)!::write(ends[0], &byte, 1);
        (void)!::read(ends[0], &byte, 1);
    });
    ::close(ends[0]);
    ::waitpid(other, nullptr, 0);
    return result;
}

void print(std::string_view name, double nanoseconds) {
    std::printf("%s\t%.1f\n", std::string(name).c_str(), nanoseconds);
    std::fflush(stdout);
}

}  // namespace

int main() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    ::sched_setaffinity(0, sizeof one, &one);
    helpers().start(1, [](const char*) {});

    print("call", cost([] { answer(); }));
    print("to a process", cost_to_a_process());
    // Forks, and so before there are threads.
    print("fork", cost([] { with_timeout(5s, "fork", answer); }));
    print("to a thread", cost_to_a_thread());
    for (const auto* const each : strategies()) {
        const auto name = each->name();
        if (name != "fork") print(name, cost([name] { with_timeout(5s, name, answer); }));
    }
    helpers().stop();
}
