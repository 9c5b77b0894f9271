#include "tools/laboratory/judging/recommend.h"

#include "tools/laboratory/judging/cells.h"
#include "tools/laboratory/judging/conclusive.h"
#include "tools/laboratory/judging/listing.h"
#include "tools/laboratory/judging/peers_compared.h"
#include "tools/laboratory/judging/ranking.h"
#include "tools/laboratory/judging/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace curfew::laboratory {

namespace {

/// Kinds for which the same strategies are to be used.
struct Case {
    std::vector<std::string> kinds;
    Strategies use;  // the best of all of these kinds, the first choice first
    Standing standing;

    [[nodiscard]] bool hopeless() const { return standing.verdict > Verdict::leaks; }
};

/// Keeps those of `some` that are in `others`, too.
void keep_common(Strategies& some, const Strategies& others) {
    std::erase_if(some, [&](const auto* each) { return std::ranges::count(others, each) == 0; });
}

std::vector<Case> cases(const Run& run) {
    std::vector<Case> all;
    for (const auto& kind : run.kinds) {
        const auto use = by_preference(run, best(run, kind.name));
        if (use.empty()) continue;
        const auto its = standing(run, *use.front(), kind.name).value();
        const auto known = std::ranges::find_if(all, [&](const Case& each) {
            return each.standing == its && (each.hopeless() || each.use.front() == use.front());
        });
        if (known == all.end()) {
            all.push_back({{kind.name}, use, its});
        } else {
            known->kinds.push_back(kind.name);
            keep_common(known->use, use);
        }
    }
    return all;
}

/// What was seen of a strategy with some kinds, over all networks.
struct Evidence {
    int calls = 0;
    int on_time = 0;
    double late_ms = 0;  // the latest
    std::set<std::string> networks;
    const Cell* worst = nullptr;
};

Evidence evidence(const Run& run, const StrategyRow& strategy,
                  const std::vector<std::string>& kinds) {
    Evidence all;
    for (const auto& cell : run.cells) {
        if (cell.strategy != strategy.name || std::ranges::count(kinds, cell.kind) == 0) continue;
        all.calls += static_cast<int>(cell.samples.size());
        all.on_time += cell.summary.on_time;
        all.late_ms = std::max(all.late_ms, cell.summary.late_ms.max);
        all.networks.insert(cell.network);
        if (!all.worst || cell.verdict > all.worst->verdict) all.worst = &cell;
    }
    return all;
}

std::string figures(const Run& run, const Case& of) {
    const auto& first = *of.use.front();
    const auto seen = evidence(run, first, of.kinds);
    auto text = fmt::format("{} of {} calls on time", seen.on_time, seen.calls);
    if (seen.networks.size() > 1) text += fmt::format(" over {} networks", seen.networks.size());
    if (seen.late_ms > 0) text += fmt::format(", at most {:.1f} ms late", seen.late_ms);
    return text + (first.cost ? fmt::format(", {:.1f} µs a call", first.cost->call_us.value)
                              : ", at a cost that was not measured");
}

/// The worst standing that it has with any of the kinds. Absent if it was measured with none.
std::optional<Standing> worst_standing(const Run& run, const StrategyRow& strategy,
                                       const std::vector<std::string>& kinds) {
    std::optional<Standing> worst;
    for (const auto& kind : kinds) worst = std::max(worst, standing(run, strategy, kind));
    return worst;
}

std::string in_words(const Standing& standing) {
    std::string text(name(standing.verdict));
    if (standing.verdict == Verdict::clean && standing.costs_worker) {
        text += " at the price of a worker";
    }
    return text;
}

/// The candidates that are not among those, by the worst that they do with the kinds.
std::string others(const Run& run, const std::vector<std::string>& kinds, const Strategies& used) {
    std::map<std::pair<Verdict, std::string>, std::vector<std::string>> by_standing;
    for (const auto* const each : candidates(run)) {
        if (std::ranges::count(used, each) > 0) continue;
        const auto its = worst_standing(run, *each, kinds);
        if (its) by_standing[{its->verdict, in_words(*its)}].push_back(each->name);
    }
    std::string text;
    for (const auto& [its, names] : by_standing) {
        text += fmt::format("{} {}: {}", text.empty() ? "" : ";", its.second, listing(names));
    }
    return text.empty() ? "" : (used.empty() ? " All are" : " Others are") + text + ".";
}

bool all_the_same(const Run& run, const Case& of) {
    return std::ranges::all_of(candidates(run), [&](const auto* each) {
        const auto its = worst_standing(run, *each, of.kinds);
        return !its || (its->verdict == of.standing.verdict &&
                        its->costs_worker == of.standing.costs_worker);
    });
}

std::vector<std::string> names(const Strategies& strategies) {
    std::vector<std::string> all;
    for (const auto* const each : strategies) all.push_back(each->name);
    return all;
}

std::string price(const Case& of) {
    return of.standing.costs_worker ? "; each time it costs a worker" : "";
}

std::string advice(const Run& run, const Case& of) {
    const auto kinds = kinds_listing(run, of.kinds);
    if (of.hopeless()) {
        return fmt::format("For {} nothing here is both on time and safe.{}", kinds,
                           others(run, of.kinds, {}));
    }
    const auto& first = *of.use.front();
    if (of.use.size() > 1 && all_the_same(run, of)) {
        return fmt::format("For {} it makes no difference: all are {}.", kinds,
                           in_words(of.standing));
    }
    std::string text;
    if (of.standing.verdict == Verdict::leaks) {
        text = fmt::format("For {} nothing is clean; {} is on time, but {}: {}{}.", kinds,
                           first.name, evidence(run, first, of.kinds).worst->because.front(),
                           figures(run, of), price(of));
    } else {
        text = fmt::format("For {} use {}: {}{}.", kinds, first.name, figures(run, of), price(of));
    }
    if (of.use.size() > 1) {
        text += fmt::format(" As safe: {}.", listing(names({of.use.begin() + 1, of.use.end()})));
    }
    return text + others(run, of.kinds, of.use);
}

Recommendation in_the(const Run& run, const Case& of) {
    return {of.kinds, of.hopeless() ? std::vector<std::string>() : names(of.use), advice(run, of)};
}

std::vector<std::string> kinds_clean_with(const Run& run, const StrategyRow& strategy) {
    std::vector<std::string> kinds;
    for (const auto& kind : run.kinds) {
        const auto its = standing(run, strategy, kind.name);
        if (its && its->verdict == Verdict::clean) kinds.push_back(kind.name);
    }
    return kinds;
}

/// A limit in the server that holds where the first choice of some kinds, which is in the function,
/// does not hold with others.
std::optional<Recommendation> last_line(const Run& run, const StrategyRow& server,
                                        const std::vector<Case>& all) {
    const auto held = kinds_clean_with(run, server);
    for (const auto& of : all) {
        if (of.hopeless() || of.standing.in_server) continue;
        auto more = held;
        for (const auto& kind : kinds_clean_with(run, *of.use.front())) std::erase(more, kind);
        if (more.empty()) continue;
        return Recommendation{
            held,
            {server.name},
            fmt::format("Behind {} keep {}, in the server: it is clean with {} of {} kinds, also "
                        "where {} is not: with {}{}.",
                        of.use.front()->name, server.name, held.size(), run.kinds.size(),
                        of.use.front()->name, kinds_listing(run, more),
                        worst_standing(run, server, held)->costs_worker
                            ? "; each time it costs a worker"
                            : "")};
    }
    return {};
}

/// What the unsafe ones did, if that was bad.
std::optional<Recommendation> warning(const Run& run) {
    std::set<std::string> kinds;
    std::vector<std::string> culprits;
    const Cell* example = nullptr;
    int tainted = 0;
    int measured = 0;
    for (const auto& strategy : run.strategies) {
        if (strategy.group != "unsafe") continue;
        const auto before = tainted;
        for (const auto& cell : run.cells) {
            if (cell.strategy != strategy.name) continue;
            ++measured;
            if (cell.verdict != Verdict::tainted) continue;
            ++tainted;
            kinds.insert(cell.kind);
            if (!example) example = &cell;
        }
        if (tainted > before) culprits.push_back(strategy.name);
    }
    if (!example) return {};
    return Recommendation{
        {kinds.begin(), kinds.end()},
        {},
        fmt::format("Stay away from {}: {} of {} cells are tainted; with {} {}.", listing(culprits),
                    tainted, measured, example->kind, example->because.front())};
}

/// What there is instead of advice.
Recommendation too_few(const Run& run, const Conclusive& sound) {
    return {
        sound.thin,
        {},
        fmt::format("Too few samples for advice about {}: {} of {} cells have fewer than {}. "
                    "tools/lab takes enough if it is neither told --quick nor a smaller number "
                    "of --repetitions than its own.",
                    kinds_listing(run, sound.thin), sound.few, run.cells.size(), least_samples)};
}

}  // namespace

std::vector<Recommendation> recommend(const Run& whole) {
    const auto sound = conclusive(whole);
    const auto& run = sound.run;
    std::vector<Recommendation> all;
    const auto found = cases(run);
    for (const auto& each : found) all.push_back(in_the(run, each));
    for (const auto* const each : candidates(run)) {
        if (each->where != "server") continue;
        if (auto behind = last_line(run, *each, found)) all.push_back(std::move(*behind));
    }
    if (auto compared = peers_compared(run)) all.push_back(std::move(*compared));
    if (auto last = warning(run)) all.push_back(std::move(*last));
    if (!sound.thin.empty()) all.push_back(too_few(whole, sound));
    return all;
}

}  // namespace curfew::laboratory
