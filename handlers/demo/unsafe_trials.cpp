#include "unsafe_trials.h"

#include "disposable_child.h"
#include "json.h"
#include "numbers.h"
#include "unsafe_interrupt.h"
#include "unsafe_victims.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace curfew;

namespace demo {

namespace {

using std::chrono::microseconds;

constexpr Duration most_time = 3s;
constexpr Duration most_time_for_one = 400ms;
constexpr int at_a_time = 8;

constexpr std::array<std::pair<std::string_view, Mechanism>, 3> mechanisms{{
    {"throw", Mechanism::throwing},
    {"longjmp", Mechanism::longjmp},
    {"cancel", Mechanism::cancel},
}};

struct Counts {
    int done = 0;
    int hung = 0;
    int crashed = 0;
    std::array<int, 5> by_health{};

    int& of(Health health) { return by_health.at(static_cast<std::size_t>(health)); }

    void add(const ChildEnd& end) {
        ++done;
        const auto health = static_cast<std::size_t>(end.status);
        if (end.killed) {
            ++hung;
        } else if (end.signal != 0 || health >= by_health.size()) {
            ++crashed;  // a status that is no Health is not the trial's: the process went astray
        } else {
            ++by_health.at(health);
        }
    }
};

Mechanism mechanism_of(const std::string& name) {
    std::string choices;
    for (const auto& [known, mechanism] : mechanisms) {
        if (known == name) return mechanism;
        choices.append(choices.empty() ? "" : ", ").append(known);
    }
    throw HttpError(400, "there is no mechanism \"" + name + "\"; the choices are " + choices);
}

const VictimKind& victim_of(const std::string& name) {
    std::string choices;
    for (const auto& kind : victim_kinds()) {
        if (kind.name == name) return kind;
        choices.append(choices.empty() ? "" : ", ").append(kind.name);
    }
    throw HttpError(400, "there is no victim \"" + name + "\"; the choices are " + choices);
}

/// A local variable that wants to be destroyed.
class Local {
  public:
    Local() noexcept { alive = alive + 1; }
    ~Local() { alive = alive - 1; }
    Local(const Local&) = delete;
    Local& operator=(const Local&) = delete;

    static inline volatile int alive = 0;
};

/// In the child.
Health trial(Mechanism mechanism, const VictimKind& kind, Duration after) {
    // With a second thread, libc locks what it would not lock for one.
    std::thread([] { ::pause(); }).detach();
    // Never destroyed: nobody knows what state it is in.
    Victim& victim = *kind.make().release();
    victim.work();  // is connected now
    ended_after(mechanism, after, [&victim] {
        while (true) {
            const Local local;
            victim.work();
        }
    });
    const auto health = victim.check();
    return health == Health::survived && Local::alive != 0 ? Health::leaked : health;
}

Counts run_trials(Mechanism mechanism, const VictimKind& kind, int wanted) {
    const auto end = Deadline::in(most_time - most_time_for_one);
    std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution<int> some_microseconds(300, 3000);
    Counts counts;
    while (counts.done < wanted && !end.passed()) {
        std::vector<DisposableChild> children;
        const auto deadline = Deadline::in(most_time_for_one);
        const int number = std::min(at_a_time, wanted - counts.done);
        for (int i = 0; i < number; ++i) {
            const Duration after = microseconds(some_microseconds(random));
            children.emplace_back(
                [&](int) { return static_cast<int>(trial(mechanism, kind, after)); });
        }
        for (auto& child : children) counts.add(child.wait(deadline));
    }
    return counts;
}

}  // namespace

Response unsafe_trials(const Request& request) {
    const auto mechanism = mechanism_of(request.param("mechanism"));
    const auto& kind = victim_of(request.param("victim"));
    const int wanted = parse_number(request.query("trials").value_or("20"), 1, 100, "trials");
    kind.prepare();
    wait_for_other_threads();  // which does not count
    auto counts = run_trials(mechanism, kind, wanted);

    JsonObject report;
    const auto add = [&](std::string_view name, int number) {
        report.add(name, std::to_string(number));
    };
    report.add("mechanism", json_string(request.param("mechanism")));
    report.add("victim", json_string(kind.name));
    add("trials", counts.done);
    add("survived", counts.of(Health::survived));
    add("leaked", counts.of(Health::leaked));
    add("lock_stuck", counts.of(Health::lock_stuck));
    add("connection_lost", counts.of(Health::connection_lost));
    add("previous_answer", counts.of(Health::previous_answer));
    add("hung", counts.hung);
    add("crashed", counts.crashed);
    return json(report.text() + "\n");
}

}  // namespace demo
