#include "tools/laboratory/judging/listing.h"

#include <algorithm>
#include <ranges>

namespace curfew::laboratory {

namespace {

bool has_all(const Run& run, const std::vector<std::string>& kinds, const std::string& group) {
    int size = 0;
    for (const auto& kind : run.kinds) {
        if (kind.group != group) continue;
        if (std::ranges::count(kinds, kind.name) == 0) return false;
        ++size;
    }
    return size > 1;
}

}  // namespace

std::string listing(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

std::string times_measured(const Run& run) {
    if (run.cells.empty()) return "never";
    const auto samples = [](const Cell& cell) { return cell.samples.size(); };
    const auto [least, most] = std::ranges::minmax(run.cells | std::views::transform(samples));
    if (most == 1) return "once";
    return (least == most ? "" : std::to_string(least) + " to ") + std::to_string(most) + " times";
}

std::string kinds_listing(const Run& run, const std::vector<std::string>& kinds) {
    std::vector<std::string> groups;
    std::vector<std::string> names;
    for (const auto& kind : run.kinds) {
        if (std::ranges::count(kinds, kind.name) == 0) continue;
        if (!has_all(run, kinds, kind.group)) {
            names.push_back(kind.name);
        } else if (std::ranges::count(groups, kind.group) == 0) {
            groups.push_back(kind.group);
        }
    }
    if (!groups.empty()) names.insert(names.begin(), "every " + listing(groups) + " kind");
    return listing(names);
}

}  // namespace curfew::laboratory
