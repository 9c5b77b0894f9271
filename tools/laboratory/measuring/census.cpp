#include "tools/laboratory/measuring/census.h"

#include "handlers/backends/db.h"
#include "handlers/timeouts/processes/proc_children.h"
#include "tools/support/process.h"

#include <cstdlib>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>
#include <utility>
#include <iterator>

namespace curfew::laboratory {

namespace {

constexpr int looks = 5;
constexpr std::chrono::milliseconds between_looks(2);

/// Empty if it is gone.
std::string whereabouts(pid_t pid) {
    if (!tools::is_alive(pid)) return {};
    if (tools::status_of(pid, "State").starts_with("R")) return "computes";
    const auto where = tools::read_file("/proc/" + std::to_string(pid) + "/wchan");
    return where.size() > 1 ? "waits in " + where : "waits";  // "0": the kernel does not tell
}

/// Of innodb_trx.
constexpr std::chrono::milliseconds until_news(110);

int count(const std::string& query, const std::string& part) {
    return std::stoi(db::to_text(db::query(query, {"%" + part + "%"}).rows.at(0).at(0)));
}

}  // namespace

Left resources_of(pid_t pid) {
    Left left;
    const auto number = [pid](const std::string& name) {
        return std::strtol(tools::status_of(pid, name).c_str(), nullptr, 10);
    };
    left.threads = static_cast<int>(number("Threads"));
    left.memory_kib = number("RssAnon");
    left.children = static_cast<int>(children_of(pid).size());
    std::error_code gone;
    const std::filesystem::directory_iterator descriptors("/proc/" + std::to_string(pid) + "/fd",
                                                          gone);
    if (!gone)
        left.descriptors = static_cast<int>(std::distance(begin(descriptors), end(descriptors)));
    return left;
}

std::string idle_wchan_of(pid_t worker) {
    std::map<std::string, int> seen;
    for (int i = 0; i < looks; ++i) {
        ++seen[whereabouts(worker)];
        std::this_thread::sleep_for(between_looks);
    }
    return std::ranges::max_element(seen, {}, &std::pair<const std::string, int>::second)->first;
}

std::string activity_of(pid_t worker, const std::string& idle_wchan) {
    std::string where;
    for (int i = 0; i < looks; ++i) {
        where = whereabouts(worker);
        if (where.empty() || where == idle_wchan) return {};
        std::this_thread::sleep_for(between_looks);
    }
    return where;
}

int queries_with(const std::string& part) {
    return count(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE ? AND id <> "
        "CONNECTION_ID()",
        part);
}

int transactions_with(const std::string& part) {
    std::this_thread::sleep_for(until_news);
    return count(
        "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_query LIKE ? AND "
        "trx_mysql_thread_id <> CONNECTION_ID()",
        part);
}

}  // namespace curfew::laboratory
