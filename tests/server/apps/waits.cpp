// Waits in every way that there is, under limits.
#include "waits/row.h"
#include "waits/trial.h"

#include <curfew/app.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace curfew;

namespace {

const std::vector<waits::Row>& rows() {
    static const auto all = [] {
        std::vector<waits::Row> list;
        waits::add_reading(list);
        waits::add_writing(list);
        waits::add_connecting(list);
        waits::add_readiness(list);
        waits::add_sleeps(list);
        waits::add_locks(list);
        waits::add_conditions(list);
        waits::add_standard_library(list);
        waits::add_locks_of_files(list);
        waits::add_processes(list);
        waits::add_signals(list);
        waits::add_queues(list);
        waits::add_name_lookup(list);
        waits::add_streams(list);
        return list;
    }();
    return all;
}

Duration milliseconds(const Request& request, const char* name) {
    return std::chrono::milliseconds(std::stoi(request.query(name).value_or("0")));
}

Response list(const Request&) {
    std::string names;
    for (const auto& row : rows()) {
        const auto* const kind = !row.has_event ? "time " : row.alone ? "alone " : "event ";
        names.append(kind).append(row.name).append("\n");
    }
    return text(names);
}

Response attempt(const Request& request) {
    const auto& name = request.param("row");
    const auto row = std::ranges::find(rows(), name, &waits::Row::name);
    if (row == rows().end()) throw HttpError(404, "there is no such row");
    return text(waits::try_wait(*row, request.param("kind"), milliseconds(request, "limit"),
                                milliseconds(request, "event")));
}

/// What this process has, a line each: its threads, children, and what its descriptors refer to.
Response belongings(const Request&) {
    std::string all;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
        all += "thread\n";
        std::ifstream children(each.path() / "children");
        for (std::string pid; children >> pid;) all += "child\n";
    }
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(each.path(), gone).string();
        if (!gone) all += target.substr(0, target.find_first_of("0123456789")) + "\n";
    }
    return text(all);
}

}  // namespace

void routes(Router& router) {
    router.get("/rows", list);
    router.get("/try/:kind/:row", attempt);
    router.get("/belongings", belongings);
    router.get("/another", [](const Request&) {
        waits::answered_another();
        return text("answered\n");
    });
}
