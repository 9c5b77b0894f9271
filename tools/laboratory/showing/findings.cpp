#include "tools/laboratory/showing/findings.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/judging/listing.h"
#include "tools/laboratory/judging/network_changes.h"
#include "tools/laboratory/judging/tolerances.h"
#include "tools/laboratory/judging/verdict.h"
#include "tools/laboratory/showing/symbol.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace curfew::laboratory {

namespace {

/// So that it means nothing in Markdown, also within a table.
std::string plain(std::string_view text) {
    std::string escaped;
    for (const char each : text) {
        if (each == '\n') {
            escaped += ' ';
            continue;
        }
        if (std::string_view("\\|<>*`[]").find(each) != std::string_view::npos) escaped += '\\';
        escaped += each;
    }
    return escaped;
}

std::string row(const std::vector<std::string>& fields) {
    std::string line = "|";
    for (const auto& each : fields) line += " " + each + " |";
    return line + '\n';
}

/// The first column to the left, the others in the middle.
std::string table_head(const std::vector<std::string>& fields) {
    std::vector<std::string> rule(fields.size(), ":-:");
    rule.front() = ":--";
    return row(fields) + row(rule);
}

std::string section(std::string_view title, const std::string& body) {
    return body.empty() ? "" : fmt::format("\n## {}\n\n{}", title, body);
}

std::string item(const std::string& text) { return "- " + text + '\n'; }

std::string heading(const Run& run) {
    const auto& machine = run.machine;
    return fmt::format(
        "# Where should the time limit be: in the function or in the server?\n\n"
        "Written by `tools/lab` from its run of {}: curfew {} on Linux {}, {} cores ({}), {} MiB. "
        "Nothing here is by hand: verdicts and advice follow from what was measured.{}{}\n",
        plain(run.started), plain(machine.curfew), plain(machine.kernel), machine.cores,
        plain(machine.processor), machine.memory_mib,
        run.complete ? "" : " **The run was interrupted: cells are missing.**",
        provisional(run).empty() ? "" : fmt::format(" **{}**", provisional(run)));
}

std::string advice(const Run& run) {
    std::string text;
    for (const auto& each : run.recommendations) text += item(plain(each.text));
    return text;
}

std::string legend() {
    std::string text;
    for (const auto each : {Verdict::clean, Verdict::leaks, Verdict::tainted, Verdict::powerless}) {
        text += item(fmt::format("{} *{}*: {}", symbol(each), name(each), meaning(each)));
    }
    return text + item("\\*: a worker is killed or dies for it");
}

std::string matrix(const Run& run) {
    std::vector<std::string> head{""};
    for (const auto& kind : run.kinds) head.push_back(plain(kind.name));
    auto text = table_head(head);
    for (const auto& strategy : run.strategies) {
        std::vector<std::string> fields{plain(strategy.name)};
        for (const auto& kind : run.kinds) {
            const auto* const cell = find_cell(run, strategy.name, kind.name, main_network(run));
            fields.push_back(
                cell ? std::string(symbol(cell->verdict)) + (cell->costs_worker ? "\\*" : "") : "");
        }
        text += row(fields);
    }
    return text + '\n' + legend();
}

/// The strategy's cells with this verdict over the main network, and what decided it.
std::string reason(const Run& run, const StrategyRow& strategy, Verdict verdict) {
    std::vector<std::string> kinds;
    std::string because;
    for (const auto& cell : run.cells) {
        if (cell.strategy != strategy.name || cell.network != main_network(run)) continue;
        if (cell.verdict != verdict) continue;
        kinds.push_back(cell.kind);
        if (verdict != Verdict::clean && because.empty() && !cell.because.empty()) {
            because = fmt::format(" ({}: {})", cell.kind, cell.because.front());
        }
    }
    if (kinds.empty()) return "";
    return fmt::format("{} with {}{}", name(verdict), kinds_listing(run, kinds), because);
}

std::string reasons(const Run& run) {
    std::string text;
    for (const auto& strategy : run.strategies) {
        std::string line;
        for (const auto each :
             {Verdict::clean, Verdict::leaks, Verdict::tainted, Verdict::powerless}) {
            const auto one = reason(run, strategy, each);
            if (!one.empty()) line += (line.empty() ? "" : "; ") + one;
        }
        if (line.empty()) continue;
        const auto about = strategy.about.empty() ? "" : " " + strategy.about;
        text += item(
            fmt::format("**{}**.{} Here: {}.", plain(strategy.name), plain(about), plain(line)));
    }
    return text;
}

std::string networks(const Run& run) {
    std::string text;
    for (const auto& each : run.networks) {
        if (each.name == main_network(run)) continue;
        text += item(fmt::format("**{}** ({}): {}.", plain(each.name), plain(each.about),
                                 plain(in_words(run, network_changes(run, each.name)))));
    }
    return text;
}

std::string in_words(const Interval& interval, double factor, int digits) {
    return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", interval.value * factor, digits,
                       interval.low * factor, digits, interval.high * factor, digits);
}

std::string costs(const Run& run) {
    auto text = table_head(
        {"", "limits the", "late by at most, ms", "µs a call", "throughput, % of that without"});
    for (const auto& each : run.strategies) {
        const auto late = worst_lateness(run, each.name, main_network(run));
        text += row({plain(each.name), plain(each.where == "server" ? "request" : each.where),
                     late ? fmt::format("{:.1f}", *late) : "",
                     each.cost ? in_words(each.cost->call_us, 1, 1) : "not measured",
                     each.cost ? in_words(each.cost->throughput, 100, 0) : "not measured"});
    }
    return text +
           "\nLateness is that of the latest answer in the cells that are not powerless. In "
           "brackets: 95 % "
           "confidence intervals, by bootstrap.\n";
}

std::string gaps(const Run& run) {
    std::string text;
    for (const auto& each : run.gaps) text += item(plain(each.what + ": " + each.why));
    return text;
}

std::string kinds(const Run& run) {
    std::string text;
    for (const auto& each : run.kinds) {
        text += item(fmt::format("**{}**: {}", plain(each.name), plain(each.about)));
    }
    return text;
}

std::string method(const Run& run) {
    const auto& settings = run.settings;
    return fmt::format(
        "Each cell {}, {}in {:.0f} s altogether; {} servers at a time, with {} workers each; "
        "seed {}. Over bad networks and of other servers there are a third of the samples, and up "
        "to "
        "three times as many where they do not decide. A strategy's limit is {:g} ms on a good "
        "network, and the server's own, for what it lets pass, {:g} ms; over bad networks and of "
        "other servers both are longer. What is answered late by not more than {} is on time.\n",
        times_measured(run), settings.quick ? "as a quick run, " : "", run.seconds, settings.lanes,
        settings.workers, settings.seed, settings.limit_ms, settings.backstop_ms,
        plain(tolerances(run)));
}

}  // namespace

std::string findings(const Run& run) {
    return heading(run) + section("What follows", advice(run)) +
           section("Strategies by ways of being stuck", matrix(run)) +
           section("What decided", reasons(run)) + section("Over other networks", networks(run)) +
           section("What it costs", costs(run)) + section("Gaps", gaps(run)) +
           section("Ways of being stuck", kinds(run)) + section("How", method(run));
}

}  // namespace curfew::laboratory
