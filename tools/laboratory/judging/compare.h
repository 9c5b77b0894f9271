#pragma once

#include "tools/laboratory/record/run.h"

#include <compare>
#include <string>
#include <vector>

namespace curfew::laboratory {

/// A strategy, a kind and a network.
struct CellName {
    std::string strategy;
    std::string kind;
    std::string network;
    auto operator<=>(const CellName&) const = default;
};

struct VerdictChange {
    CellName cell;
    Verdict before;
    Verdict after;
    std::vector<std::string> because;  // of the later verdict
};

/// Of a cell whose median lateness has changed, by a millisecond or more: chance makes one such
/// change, or more, in one of twenty comparisons, however many cells they have. A few samples can
/// never show one.
struct LatenessChange {
    CellName cell;
    Interval before;
    Interval after;
};

struct Difference {
    std::string what;
    std::string before;
    std::string after;
};

/// What only one of the runs has.
struct Only {
    std::vector<std::string> strategies;
    std::vector<std::string> kinds;
    std::vector<std::string> networks;
    std::vector<CellName> cells;  // besides those of the above
};

struct Comparison {
    std::vector<Difference> circumstances;  // settings and machine: read these first
    int common = 0;                         // cells that both have
    int same = 0;                           // of these, with the same verdict
    std::vector<VerdictChange> verdicts;
    std::vector<LatenessChange> lateness;
    Only only_before;
    Only only_after;

    /// Of the common cells, those with the same verdict: 0 to 1; 1 if there are none.
    [[nodiscard]] double agreement() const noexcept;
};

[[nodiscard]] Comparison compare(const Run& before, const Run& after);

/// "cores: 64, was 2"
[[nodiscard]] std::string in_words(const Difference& difference);

/// To be read in a terminal.
[[nodiscard]] std::string text(const Comparison& comparison);

}  // namespace curfew::laboratory
