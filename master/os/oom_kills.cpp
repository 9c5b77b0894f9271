#include "master/os/oom_kills.h"

#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace curfew::master {

namespace {

namespace fs = std::filesystem;

/// The master reaps all processes of one OOM kill within this time.
constexpr Duration together = std::chrono::seconds(1);

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

bool has(const std::string& list, std::string_view name) {
    for (const auto& part : split(list, ',')) {
        if (part == name) return true;
    }
    return false;
}

/// The control group of this process, of version 2 or 1; empty if there is none.
std::string own_group(const fs::path& root, bool version_2) {
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        if (version_2 ? line.starts_with("0::") : has(controllers, "memory")) {
            return line.substr(second + 1);
        }
    }
    return {};
}

/// The directory of that group; empty if no mount shows it. A mount may show only a part of the
/// tree.
fs::path directory_of(const std::string& group, const fs::path& root, bool version_2) {
    std::ifstream file(root / "proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        const auto parts = split(line, ' ');
        std::size_t dash = 6;
        while (dash < parts.size() && parts[dash] != "-") ++dash;
        if (dash + 3 >= parts.size()) continue;
        const bool matches = version_2
                                 ? parts[dash + 1] == "cgroup2"
                                 : parts[dash + 1] == "cgroup" && has(parts[dash + 3], "memory");
        if (!matches) continue;
        const auto& shown = parts[3];
        auto below = fs::path(group).lexically_relative(shown);
        if (below.empty() || below.begin()->string() == "..") below = ".";
        return (root / fs::path(parts[4]).relative_path() / below).lexically_normal();
    }
    return {};
}

fs::path source_of(const fs::path& root) {
    std::vector<fs::path> candidates;
    for (const bool version_2 : {true, false}) {
        const auto group = own_group(root, version_2);
        if (group.empty()) continue;
        const auto directory = directory_of(group, root, version_2);
        if (directory.empty()) continue;
        const auto names = version_2 ? std::vector{"memory.events.local", "memory.events"}
                                     : std::vector{"memory.oom_control"};
        for (const auto* name : names) candidates.push_back(directory / name);
    }
    candidates.push_back(root / "proc/vmstat");
    for (auto& candidate : candidates) {
        if (std::ifstream(candidate)) return std::move(candidate);
    }
    return {};
}

}  // namespace

OomKills::OomKills(const fs::path& root) : source_(source_of(root)), seen_(count()) {}

/// Each line of these files is a name and a number.
std::uint64_t OomKills::count() const {
    std::ifstream file(source_);
    std::string name;
    std::uint64_t number = 0;
    while (file >> name >> number) {
        if (name == "oom_kill") return number;
    }
    return 0;
}

bool OomKills::explain_death(bool may_be_one, Deadline::Clock::time_point now) {
    const auto number = count();
    if (now - seen_at_ > together) unexplained_ = 0;
    if (number > seen_) {
        unexplained_ += number - seen_;
        seen_at_ = now;
    }
    seen_ = number;
    if (!may_be_one || unexplained_ == 0) return false;
    --unexplained_;
    return true;
}

}  // namespace curfew::master
