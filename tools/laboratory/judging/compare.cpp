#include "tools/laboratory/judging/compare.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/judging/listing.h"
#include "tools/laboratory/judging/statistics.h"
#include "tools/laboratory/judging/verdict.h"
#include "tools/laboratory/record/wrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace curfew::laboratory {

namespace {

/// A smaller change has no practical meaning, however certain it is.
constexpr double least_change_ms = 1;

/// The accepted probability that a change of lateness is reported although there is none.
constexpr double chance_of_error = 0.05;

CellName name_of(const Cell& cell) { return {cell.strategy, cell.kind, cell.network}; }

const Cell* same_in(const Run& run, const Cell& cell) {
    return find_cell(run, cell.strategy, cell.kind, cell.network);
}

using Names = std::set<std::string>;

Names names(const Run& run, std::string Cell::*part) {
    Names all;
    for (const auto& cell : run.cells) all.insert(cell.*part);
    return all;
}

std::vector<std::string> less(const Names& some, const Names& others) {
    std::vector<std::string> all;
    std::ranges::set_difference(some, others, std::back_inserter(all));
    return all;
}

/// What `run` has and the other has not.
Only only_in(const Run& run, const Run& other) {
    const auto strategies = names(other, &Cell::strategy);
    const auto kinds = names(other, &Cell::kind);
    const auto networks = names(other, &Cell::network);
    Only only{less(names(run, &Cell::strategy), strategies),
              less(names(run, &Cell::kind), kinds),
              less(names(run, &Cell::network), networks),
              {}};
    for (const auto& cell : run.cells) {
        const auto expected = strategies.contains(cell.strategy) && kinds.contains(cell.kind) &&
                              networks.contains(cell.network);
        if (expected && !same_in(other, cell)) only.cells.push_back(name_of(cell));
    }
    return only;
}

class Differences {
  public:
    template <class Value>
    void add(std::string_view what, const Value& before, const Value& after) {
        if (before == after) return;
        all_.push_back({std::string(what), fmt::format("{}", before), fmt::format("{}", after)});
    }

    [[nodiscard]] std::vector<Difference> take() { return std::move(all_); }

  private:
    std::vector<Difference> all_;
};

std::vector<Difference> circumstances(const Run& before, const Run& after) {
    Differences all;
    all.add("build", before.machine.build, after.machine.build);
    all.add("curfew", before.machine.curfew, after.machine.curfew);
    all.add("kernel", before.machine.kernel, after.machine.kernel);
    all.add("processor", before.machine.processor, after.machine.processor);
    all.add("cores", before.machine.cores, after.machine.cores);
    all.add("memory_mib", before.machine.memory_mib, after.machine.memory_mib);
    all.add("quick", before.settings.quick, after.settings.quick);
    all.add("repetitions", before.settings.repetitions, after.settings.repetitions);
    all.add("limit_ms", before.settings.limit_ms, after.settings.limit_ms);
    all.add("backstop_ms", before.settings.backstop_ms, after.settings.backstop_ms);
    all.add("tolerance_ms", before.settings.tolerance_ms, after.settings.tolerance_ms);
    all.add("workers", before.settings.workers, after.settings.workers);
    all.add("lanes", before.settings.lanes, after.settings.lanes);
    all.add("seed", before.settings.seed, after.settings.seed);
    all.add("complete", before.complete, after.complete);
    return all.take();
}

std::vector<double> lateness(const Cell& cell) {
    std::vector<double> all;
    for (const auto& sample : cell.samples) all.push_back(sample.late_ms);
    return all;
}

/// `tests`: cells that are compared. Bonferroni: each has only its share of the error.
std::optional<LatenessChange> lateness_change(const Cell& before, const Cell& after, int tests) {
    const auto& was = before.summary.late_ms.p50;
    const auto& is = after.summary.late_ms.p50;
    if (std::abs(was.value - is.value) < least_change_ms) return {};
    if (chance_of_same_median(lateness(before), lateness(after)) * tests > chance_of_error) {
        return {};
    }
    return LatenessChange{name_of(after), was, is};
}

std::string in_words(const CellName& cell) {
    return fmt::format("{} / {} / {}", cell.strategy, cell.kind, cell.network);
}

std::string in_words(const Interval& interval) {
    return fmt::format("{:.1f} ({:.1f} to {:.1f})", interval.value, interval.low, interval.high);
}

std::string in_words(const VerdictChange& change) {
    auto text = fmt::format("{}: {}, was {}", in_words(change.cell), name(change.after),
                            name(change.before));
    if (!change.because.empty()) text += ": " + change.because.front();
    return text;
}

std::string in_words(const LatenessChange& change) {
    return fmt::format("{}: late by {} ms, was {}", in_words(change.cell), in_words(change.after),
                       in_words(change.before));
}

std::string in_words(std::string line) { return line; }

std::vector<std::string> in_words(const Only& only) {
    std::vector<std::string> lines;
    const auto add = [&lines](std::string_view what, const std::vector<std::string>& names) {
        if (!names.empty()) lines.push_back(fmt::format("{}: {}", what, listing(names)));
    };
    add("strategies", only.strategies);
    add("kinds", only.kinds);
    add("networks", only.networks);
    for (const auto& cell : only.cells) lines.push_back(in_words(cell));
    return lines;
}

/// Nothing if there are none.
template <class Items>
std::string section(std::string_view title, const Items& items) {
    if (items.empty()) return "";
    auto text = fmt::format("\n{}\n", title);
    for (const auto& each : items) text += wrap("  ", in_words(each));
    return text;
}

}  // namespace

double Comparison::agreement() const noexcept {
    return common == 0 ? 1 : static_cast<double>(same) / common;
}

Comparison compare(const Run& before, const Run& after) {
    Comparison all;
    all.circumstances = circumstances(before, after);
    for (const auto& cell : after.cells) {
        const auto* const old = same_in(before, cell);
        if (!old) continue;
        ++all.common;
        if (old->verdict == cell.verdict) {
            ++all.same;
        } else {
            all.verdicts.push_back({name_of(cell), old->verdict, cell.verdict, cell.because});
        }
    }
    for (const auto& cell : after.cells) {
        const auto* const old = same_in(before, cell);
        if (!old) continue;
        if (auto change = lateness_change(*old, cell, all.common)) {
            all.lateness.push_back(std::move(*change));
        }
    }
    all.only_before = only_in(before, after);
    all.only_after = only_in(after, before);
    return all;
}

std::string in_words(const Difference& difference) {
    return fmt::format("{}: {}, was {}", difference.what, difference.after, difference.before);
}

std::string text(const Comparison& comparison) {
    std::string all;
    if (!comparison.circumstances.empty()) {
        all += "These runs differ in more than their results:\n";
        for (const auto& each : comparison.circumstances) all += wrap("  ", in_words(each));
        all += '\n';
    }
    if (comparison.common == 0) {
        all += "They have no cell in common.\n";
    } else {
        all += fmt::format("The verdict is the same in {} of {} cells: {:.1f} %.\n",
                           comparison.same, comparison.common, comparison.agreement() * 100);
    }
    all += section("Verdicts that changed", comparison.verdicts);
    all += section("Median lateness that changed by more than chance", comparison.lateness);
    all += section("Only in the first", in_words(comparison.only_before));
    all += section("Only in the second", in_words(comparison.only_after));
    return all;
}

}  // namespace curfew::laboratory
