#include "tools/laboratory/showing/matrix.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/record/wrap.h"
#include "tools/laboratory/showing/symbol.h"

#include <fmt/color.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace curfew::laboratory {

namespace {

using Kinds = std::span<const KindColumn>;

constexpr std::size_t kind_columns = 3;
constexpr std::string_view figures_head = "  late ms  call µs  rate";
constexpr std::size_t figures_columns = 24;

fmt::text_style style(Verdict verdict) {
    switch (verdict) {
        case Verdict::clean:
            return fg(fmt::terminal_color::green);
        case Verdict::leaks:
            return fg(fmt::terminal_color::yellow);
        case Verdict::tainted:
            return fg(fmt::terminal_color::magenta);
        case Verdict::powerless:
            break;
    }
    return fg(fmt::terminal_color::red);
}

std::size_t label_columns(const Run& run) {
    std::size_t widest = 8;
    for (const auto& row : run.strategies) widest = std::max(widest, row.name.size());
    return widest + 2;
}

/// Kinds next to each other that are of the same group.
std::vector<Kinds> groups(Kinds kinds) {
    std::vector<Kinds> all;
    for (auto from = kinds.begin(); from != kinds.end();) {
        const auto to = std::find_if(
            from, kinds.end(), [&](const KindColumn& kind) { return kind.group != from->group; });
        all.emplace_back(from, to);
        from = to;
    }
    return all;
}

bool fits(const Kinds& group) { return group.front().group.size() < group.size() * kind_columns; }

/// Without what stands above it.
std::string_view head(const KindColumn& kind, const Kinds& group) {
    std::string_view name = kind.name;
    const auto prefix = kind.group + "-";
    if (fits(group) && name.starts_with(prefix)) name.remove_prefix(prefix.size());
    return name;
}

/// The line without the spaces at its end.
std::string without_end(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

/// The names stand upright, each over its column; the name of a group lies above, where it fits.
std::string heads(Kinds kinds, std::size_t label) {
    std::vector<std::string_view> names;
    std::string above(label, ' ');
    for (const auto& group : groups(kinds)) {
        above += fmt::format("{:<{}}", fits(group) ? group.front().group : "",
                             group.size() * kind_columns);
        for (const auto& kind : group) names.push_back(head(kind, group));
    }
    std::size_t tallest = 0;
    for (const auto& name : names) tallest = std::max(tallest, name.size());

    auto lines = without_end(above) + '\n';
    for (std::size_t row = 0; row < tallest; ++row) {
        std::string line(label, ' ');
        for (const auto& name : names) {
            const auto empty = tallest - name.size();
            line += fmt::format("{:<{}}", row < empty ? ' ' : name[row - empty], kind_columns);
        }
        if (row + 1 == tallest) line += figures_head;
        lines += without_end(line) + '\n';
    }
    return lines;
}

std::string figures(const Run& run, const StrategyRow& row) {
    const auto late = worst_lateness(run, row.name, main_network(run));
    auto text = late ? fmt::format("{:>9.1f}", *late) : fmt::format("{:>9}", "-");
    if (!row.cost) return text + fmt::format("{:>9}{:>6}", "-", "-");
    return text + fmt::format("{:>9.1f}{:>5.0f}%", row.cost->call_us.value,
                              row.cost->throughput.value * 100);
}

std::string sign_of(const Cell* cell, bool colour) {
    if (!cell) return "·  ";
    return fmt::format(colour ? style(cell->verdict) : fmt::text_style(), "{}",
                       symbol(cell->verdict)) +
           (cell->costs_worker ? "*" : " ");
}

std::string line(const Run& run, const StrategyRow& row, Kinds kinds, bool colour) {
    auto text = fmt::format("{:<{}}", row.name, label_columns(run));
    for (const auto& kind : kinds) {
        text += sign_of(find_cell(run, row.name, kind.name, main_network(run)), colour);
    }
    return text + figures(run, row) + '\n';
}

std::string block(const Run& run, Kinds kinds, bool colour) {
    auto text = heads(kinds, label_columns(run));
    std::string_view group = run.strategies.front().group;
    for (const auto& row : run.strategies) {
        if (row.group != group) text += '\n';
        group = row.group;
        text += line(run, row, kinds, colour);
    }
    return text;
}

}  // namespace

std::string matrix(const Run& run, bool colour) {
    if (run.strategies.empty() || run.kinds.empty()) return "Nothing was measured.\n";
    const auto taken = label_columns(run) + figures_columns;
    const auto room = taken < terminal_columns ? (terminal_columns - taken) / kind_columns : 1;
    std::string text;
    for (Kinds left = run.kinds; !left.empty();) {
        const auto some = left.first(std::min(left.size(), std::max<std::size_t>(room, 1)));
        if (!text.empty()) text += '\n';
        text += block(run, some, colour);
        left = left.subspan(some.size());
    }
    return text;
}

}  // namespace curfew::laboratory
