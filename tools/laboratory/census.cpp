#include "tools/laboratory/census.h"

#include "handlers/backends/db.h"
#include "tests/support/process.h"

#include <cstdlib>
#include <filesystem>
#include <iterator>

namespace curfew::laboratory {

Left belongings_of(pid_t pid) {
    Left left;
    const auto number = [pid](const std::string& name) {
        return std::strtol(tests::status_of(pid, name).c_str(), nullptr, 10);
    };
    left.threads = static_cast<int>(number("Threads"));
    left.memory_kib = number("RssAnon");
    left.children = static_cast<int>(tests::children_of(pid).size());
    std::error_code gone;
    const std::filesystem::directory_iterator descriptors("/proc/" + std::to_string(pid) + "/fd",
                                                          gone);
    if (!gone)
        left.descriptors = static_cast<int>(std::distance(begin(descriptors), end(descriptors)));
    return left;
}

std::string business_of(pid_t worker) {
    if (tests::status_of(worker, "State").starts_with("R")) return "computes";
    const auto where = tests::read_file("/proc/" + std::to_string(worker) + "/wchan");
    // The last one is accept() of a Unix socket.
    for (const auto* const rest :
         {"ep_poll", "epoll", "accept", "do_select", "do_poll", "skb_wait_for_more_packets"}) {
        if (where.find(rest) != std::string::npos) return {};
    }
    return where.empty() || where == "0" ? "" : "waits in " + where;
}

Statements statements_with(const std::string& part) {
    const auto count = [&](const std::string& query) {
        const auto pattern = "%" + part + "%";
        return std::stoi(db::to_text(db::query(query, {pattern}).rows.at(0).at(0)));
    };
    return {
        .queries = count("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE ? "
                         "AND id <> CONNECTION_ID()"),
        .transactions = count("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE "
                              "trx_query LIKE ? AND trx_mysql_thread_id <> CONNECTION_ID()")};
}

}  // namespace curfew::laboratory
