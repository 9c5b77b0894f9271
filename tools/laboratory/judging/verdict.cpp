#include "tools/laboratory/judging/verdict.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/judging/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>

namespace curfew::laboratory {

namespace {

/// A worker that is warm grows by less than this for other reasons.
constexpr long memory_noise_kib = 1024;

/// A sample, with what it is judged by.
struct Trial {
    const Sample& sample;
    double tolerance_ms;
    bool crash;

    [[nodiscard]] bool answered() const { return sample.complete && sample.answer != Answer::none; }
    [[nodiscard]] bool late() const { return sample.late_ms > tolerance_ms; }
    [[nodiscard]] bool early() const { return sample.late_ms < -tolerance_ms; }
};

/// Whether something counts that is true of so many samples.
constexpr bool holds(int count, int of) { return count > 0 && count * 2 >= of; }

/// Whether more samples might well say otherwise: neither most are so, nor few.
constexpr bool is_open(int count, int of) { return count * 5 > of && count * 5 < of * 4; }

/// The worst first.
constexpr std::array damning{Verdict::powerless, Verdict::tainted, Verdict::leaks};

struct Fact {
    Verdict speaks_for;
    const char* says;  // is followed by "in 9 of 10"
    bool (*is_true)(const Trial&);
    std::string (*detail)(const Sample&) = nullptr;
    bool once_is_enough = false;
};

bool wrong_answer(const Trial& trial) {
    if (trial.crash || !trial.answered()) return false;
    switch (trial.sample.answer) {
        case Answer::error:
            return true;
        case Answer::death:
            // That of a worker which was killed at the limit is the answer that was to be expected;
            // that of one which died has a line of its own.
            return trial.sample.worker == WorkerFate::alive;
        case Answer::timeout:
        case Answer::limit:
            return trial.early();
        default:
            return false;
    }
}

constexpr std::array facts{
    Fact{Verdict::powerless, "no complete answer on time",
         [](const Trial& t) { return !t.answered() || t.late(); }},
    Fact{Verdict::tainted, "no complete answer at all",
         [](const Trial& t) { return !t.answered(); }},
    Fact{Verdict::tainted, "the answer was not the 504 that was due", wrong_answer,
         [](const Sample& sample) { return fmt::format(" ({})", sample.status); }},
    Fact{Verdict::tainted, "the worker died",
         [](const Trial& t) { return !t.crash && t.sample.worker == WorkerFate::died; }},
    Fact{Verdict::tainted, "the next call was answered wrongly",
         [](const Trial& t) { return t.sample.next == Next::wrong; }, nullptr, true},
    Fact{Verdict::tainted, "the next call failed",
         [](const Trial& t) { return t.sample.next == Next::failed; }},
    Fact{Verdict::tainted, "other clients lost requests",
         [](const Trial& t) { return t.sample.others.lost > 0; }},
    Fact{Verdict::leaks, "the function went on",
         [](const Trial& t) { return !t.sample.left.function.empty(); },
         [](const Sample& sample) { return " (" + sample.left.function + ")"; }},
    Fact{Verdict::leaks, "threads stayed",
         [](const Trial& t) { return t.sample.left.threads > 0; }},
    Fact{Verdict::leaks, "child processes stayed",
         [](const Trial& t) { return t.sample.left.children > 0; }},
    Fact{Verdict::leaks, "descriptors stayed open",
         [](const Trial& t) { return t.sample.left.descriptors > 0; }},
    Fact{Verdict::leaks, "queries went on in the database",
         [](const Trial& t) { return t.sample.left.queries > 0; }},
    Fact{Verdict::leaks, "transactions stayed open in the database",
         [](const Trial& t) { return t.sample.left.transactions > 0; }},
    Fact{Verdict::leaks, "not all workers became free again",
         [](const Trial& t) { return !t.sample.whole_ms; }},
    Fact{Verdict::leaks, "a MiB or more of memory stayed",
         [](const Trial& t) { return t.sample.left.memory_kib >= memory_noise_kib; }},
};

bool ended_by_server(const Trial& trial) {
    return trial.late() && trial.sample.answer == Answer::limit;
}

class Judgement {
  public:
    explicit Judgement(Cell& cell) : cell_(cell) {
        for (const auto& sample : cell.samples) {
            trials_.push_back({sample, cell.tolerance_ms, is_crash(cell.kind)});
        }
    }

    void conclude() {
        cell_.summary = summary();
        cell_.costs_worker = laboratory::holds(count(lost_worker), total());
        cell_.verdict = verdict();
        cell_.because.clear();
        explain();
    }

    [[nodiscard]] bool undecided() const {
        const auto at_worst = worst([this](const Fact& f) { return holds(f) || is_open(f); });
        const auto at_best = worst([this](const Fact& f) { return holds(f) && !is_open(f); });
        return at_worst != at_best;
    }

  private:
    static bool lost_worker(const Trial& trial) { return trial.sample.worker != WorkerFate::alive; }

    [[nodiscard]] int total() const { return static_cast<int>(trials_.size()); }

    template <class Predicate>
    [[nodiscard]] int count(Predicate is_true) const {
        return static_cast<int>(std::ranges::count_if(trials_, is_true));
    }

    [[nodiscard]] bool holds(const Fact& fact) const {
        const int times = count(fact.is_true);
        return fact.once_is_enough ? times > 0 : laboratory::holds(times, total());
    }

    [[nodiscard]] bool is_open(const Fact& fact) const {
        return !fact.once_is_enough && laboratory::is_open(count(fact.is_true), total());
    }

    /// The worst that one of those facts speaks for.
    template <class Predicate>
    [[nodiscard]] Verdict worst(Predicate counts) const {
        for (const auto each : damning) {
            if (std::ranges::any_of(facts, [&](const Fact& fact) {
                    return fact.speaks_for == each && counts(fact);
                })) {
                return each;
            }
        }
        return Verdict::clean;
    }

    [[nodiscard]] Verdict verdict() const {
        if (trials_.empty()) return Verdict::powerless;
        return worst([this](const Fact& fact) { return holds(fact); });
    }

    [[nodiscard]] Summary summary() const {
        std::vector<double> late;
        for (const auto& trial : trials_) late.push_back(trial.sample.late_ms);
        Summary summary;
        summary.late_ms = {.p50 = percentile_interval(late, 0.5),
                           .p99 = percentile_interval(late, 0.99),
                           .max = late.empty() ? 0 : std::ranges::max(late)};
        summary.on_time = count([](const Trial& t) { return t.answered() && !t.late(); });
        summary.answered = count(&Trial::answered);
        return summary;
    }

    void say(const std::string& what, int times) {
        cell_.because.push_back(fmt::format("{} in {} of {}", what, times, total()));
    }

    void explain() {
        if (trials_.empty()) {
            cell_.because.emplace_back("there are no samples");
            return;
        }
        say_all("", [this](const Fact& fact) { return holds(fact); });
        say_lateness();
        say_workers();
        say_all("too seldom to count: ", [this](const Fact& fact) { return !holds(fact); });
        if (const auto times =
                count([](const Trial& trial) { return trial.sample.others.delayed > 0; })) {
            say("requests of other clients were delayed", times);
        }
        if (cell_.failed > 0) {
            cell_.because.push_back(fmt::format(
                "{} more could not be measured: the server or its client failed", cell_.failed));
        }
        if (undecided()) {
            cell_.because.emplace_back("that is close: another run may come to another verdict");
        }
    }

    /// The facts that have been seen and are meant, the worst first.
    template <class Predicate>
    void say_all(const std::string& before, Predicate is_meant) {
        for (const auto verdict : damning) {
            for (const auto& fact : facts) {
                const auto times = count(fact.is_true);
                if (fact.speaks_for != verdict || times == 0 || !is_meant(fact)) continue;
                say(before + fact.says + detail(fact), times);
            }
        }
    }

    /// Of the samples of which the fact is true, if all agree on it.
    [[nodiscard]] std::string detail(const Fact& fact) const {
        if (!fact.detail) return "";
        std::set<std::string> all;
        for (const auto& trial : trials_) {
            if (fact.is_true(trial)) all.insert(fact.detail(trial.sample));
        }
        return all.size() == 1 ? *all.begin() : "";
    }

    void say_lateness() {
        const auto& late = cell_.summary.late_ms;
        cell_.because.push_back(
            fmt::format("{} of {} were answered on time, {:+.1f} ms from the limit (median), "
                        "{:+.1f} ms (the latest)",
                        cell_.summary.on_time, total(), late.p50.value, late.max));
    }

    void say_workers() {
        if (const auto times = count(ended_by_server)) {
            say("the server's own limit had to end it", times);
        }
        const auto of = [this](WorkerFate fate) {
            return count([fate](const Trial& t) { return t.sample.worker == fate; });
        };
        if (const auto times = of(WorkerFate::killed)) say("the worker was killed", times);
        if (const auto times = of(WorkerFate::died); times && trials_.front().crash) {
            say("the worker died", times);
        }
    }

    Cell& cell_;
    std::vector<Trial> trials_;
};

}  // namespace

void conclude(Cell& cell) { Judgement(cell).conclude(); }

bool undecided(const Cell& cell) {
    auto same = cell;
    return Judgement(same).undecided();
}

std::string provisional(const Run& run) {
    const auto few = std::ranges::count_if(
        run.cells, [](const Cell& cell) { return std::ssize(cell.samples) < least_samples; });
    if (few == 0) return "";
    return fmt::format("Verdicts are provisional: {} of {} cells have fewer than {} samples.", few,
                       run.cells.size(), least_samples);
}

std::string_view name(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::clean:
            return "clean";
        case Verdict::leaks:
            return "leaks";
        case Verdict::tainted:
            return "tainted";
        case Verdict::powerless:
            break;
    }
    return "powerless";
}

}  // namespace curfew::laboratory
