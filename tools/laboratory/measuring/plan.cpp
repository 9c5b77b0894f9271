#include "handlers/timeouts/strategy.h"
#include "tools/laboratory/judging/listing.h"
#include "tools/laboratory/measuring/lab.h"
#include "tools/laboratory/measuring/served.h"
#include "tools/laboratory/record/kinds.h"
#include "tools/laboratory/servers/packet_loss.h"
#include "tools/laboratory/servers/peer.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>

namespace curfew::laboratory {

namespace {

/// All rows that curfew itself has, in the order in which they are shown.
std::vector<StrategyRow> own_strategies() {
    std::vector<StrategyRow> rows;
    const auto add = [&](const std::string& name, const std::string& where,
                         const std::string& group) {
        rows.push_back({.name = name,
                        .where = where,
                        .group = group,
                        .about = about_strategy(name),
                        .cost = {}});
    };
    for (const auto* const each : strategies())
        add(std::string(each->name()), "function", "curfew");
    for (const auto* const name : {"unsafe_alarm", "unsafe_cancel"})
        add(name, "function", "unsafe");
    add("harakiri", "server", "curfew");
    return rows;
}

/// The items with these names, in the order of `all`; all items if there are no names.
template <typename Named>
std::vector<Named> chosen(const std::vector<Named>& all, const std::vector<std::string>& names,
                          const std::string& what) {
    if (names.empty()) return all;
    std::vector<Named> picked;
    std::string choices;
    for (const auto& each : all) {
        if (std::ranges::find(names, each.name) != names.end()) picked.push_back(each);
        choices.append(choices.empty() ? "" : ", ").append(each.name);
    }
    for (const auto& name : names) {
        if (std::ranges::find(all, name, &Named::name) != all.end()) continue;
        throw std::invalid_argument("there is no " + what + " \"" + name + "\"; the choices are " +
                                    choices);
    }
    return picked;
}

/// Why this machine cannot have that condition.
std::optional<Gap> gap_of(const Condition& condition) {
    if (condition.loss_percent == 0) return {};
    try {
        const PacketLoss none(0);
        return {};
    } catch (const std::runtime_error& error) {
        return Gap{condition.name, error.what()};
    }
}

/// What is left out on purpose.
std::vector<Gap> left_out(const Run& run) {
    std::vector<Gap> gaps;
    std::vector<std::string> not_wanted;
    std::vector<std::string> bad;
    for (const auto& each : conditions()) {
        if (std::ranges::find(run.networks, each.name, &NetworkLayer::name) != run.networks.end()) {
            if (each.is_bad()) bad.push_back(each.name);
        } else if (std::ranges::find(run.gaps, each.name, &Gap::what) == run.gaps.end()) {
            not_wanted.push_back(each.name);
        }
    }
    if (!not_wanted.empty()) gaps.push_back({"over " + listing(not_wanted), "not asked for"});
    std::ranges::move(gaps_of_peers(run), std::back_inserter(gaps));
    if (bad.empty()) return gaps;
    if (std::ranges::any_of(run.strategies, is_peer)) {
        gaps.push_back({"other servers over " + listing(bad),
                        "they are measured over the clean network only"});
    }
    std::vector<std::string> indifferent;
    for (const auto& each : run.kinds) {
        if (kind_named(each.name).backend == Backend::none) indifferent.push_back(each.name);
    }
    if (!indifferent.empty()) {
        gaps.push_back({listing(indifferent) + " over " + listing(bad),
                        "they do not use the network, and would be as over the clean one"});
    }
    return gaps;
}

}  // namespace

std::vector<Gap> gaps_of_peers(const Run& run) {
    std::vector<Gap> gaps;
    for (const auto& kind : run.kinds) {
        std::vector<std::string> without;
        for (const auto& row : run.strategies) {
            if (is_peer(row) && !has_kind(row.name, kind_named(kind.name))) {
                without.push_back(row.name);
            }
        }
        if (without.empty()) continue;
        const bool all = std::ranges::count_if(run.strategies, is_peer) ==
                         static_cast<std::ptrdiff_t>(without.size());
        gaps.push_back({kind.name + " with " + (all ? "other servers" : listing(without)),
                        "their applications have no such function"});
    }
    return gaps;
}

Run plan(const Orders& orders) {
    Run run;
    run.settings = orders.settings;
    run.strategies = chosen(own_strategies(), orders.strategies, "strategy");
    for (const auto& peer : peers(orders.peers)) {
        if (const auto gap = gap_of(peer)) {
            run.gaps.push_back(*gap);
        } else {
            run.strategies.push_back({.name = peer.name,
                                      .where = peer.where,
                                      .group = peer.group,
                                      .about = peer.about,
                                      .cost = {}});
        }
    }
    for (const auto& kind : chosen(kinds(), orders.kinds, "kind")) {
        run.kinds.push_back({kind.name, kind.group, kind.about});
    }
    for (const auto& each : chosen(conditions(), orders.networks, "network")) {
        if (const auto gap = gap_of(each)) {
            run.gaps.push_back(*gap);
            continue;
        }
        run.networks.push_back({each.name, each.about, each.limit_ms});
    }
    std::ranges::move(left_out(run), std::back_inserter(run.gaps));
    return run;
}

}  // namespace curfew::laboratory
