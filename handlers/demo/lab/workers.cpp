#include "workers.h"

#include <curfew/timeouts/processes/proc_children.h>

#include <unistd.h>

#include <fstream>
#include <string>

namespace demo::lab {

namespace {

/// Empty for who has ended, even if nobody has waited for it yet. Not by an iterator over the file:
/// that throws if the process ends just then.
std::string title_of(pid_t pid) {
    std::string title;
    std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/cmdline"), title);
    return title;
}

}  // namespace

std::string_view state_in(std::string_view title) {
    const auto at = title.find(": worker ");
    if (at == std::string_view::npos) return {};
    const auto begin = title.find('[', at);
    const auto end = title.find(']', at);
    if (begin == std::string_view::npos || end == std::string_view::npos) return {};
    const auto state = title.substr(begin + 1, end - begin - 1);
    return state == "booting" ? std::string_view() : state;
}

Workers look_at_workers() {
    Workers workers;
    for (const pid_t pid : curfew::children_of(::getppid())) {
        const auto title = title_of(pid);
        if (const auto state = state_in(title); !state.empty()) workers.emplace(pid, state);
    }
    return workers;
}

std::vector<Change> changes(const Workers& before, const Workers& now) {
    std::vector<Change> all;
    for (const auto& [pid, state] : before) {
        if (!now.contains(pid)) all.push_back({pid, {}});
    }
    for (const auto& [pid, state] : now) {
        const auto known = before.find(pid);
        if (known == before.end() || known->second != state) all.push_back({pid, state});
    }
    return all;
}

}  // namespace demo::lab
