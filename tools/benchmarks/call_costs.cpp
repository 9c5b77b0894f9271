// What a call costs under each strategy when nothing is slow. Prints a line for each: its name and
// nanoseconds; the first, "call", is the bare call.
#include "handlers/timeouts/strategy.h"
#include "handlers/timeouts/with_timeout.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
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

}  // namespace

int main() {
    std::printf("call %.1f\n", cost([] { answer(); }));
    for (const auto* const each : strategies()) {
        const auto name = each->name();
        const auto cost_of_call = cost([name] { with_timeout(5s, name, answer); });
        std::printf("%s %.1f\n", std::string(name).c_str(), cost_of_call);
        std::fflush(stdout);
    }
}
