#include "tests/server/waits_bench.h"

#include "handlers/waits/table.h"
#include "tests/server/others.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

namespace curfew::tests {

namespace {

/// A machine may be so busy that an event comes before a limit that is a second sooner.
constexpr int attempts = 3;

constexpr std::string_view kept_others = "no other was answered";

Setup setup_of(const std::string& worker_class, std::size_t at_once) {
    Setup setup{.flags = {"-k", worker_class, "--timeout", "100s"},
                .app = test_app("waits"),
                .workers = worker_class == "sync" ? static_cast<int>(at_once) : 1};
    if (worker_class == "threads") {
        setup.flags.insert(setup.flags.end(), {"--threads", std::to_string(at_once)});
    }
    return setup;
}

/// What the server's table says of a row, which is called as it is there, perhaps with ": " and
/// what is special about it.
const LimitedWait& promise_of(const std::string& row) {
    const auto name = row.substr(0, row.find(": "));
    for (const auto& each : limited_waits()) {
        if (std::ranges::count(names_of(each), name) > 0) return each;
    }
    throw std::runtime_error(name + " is not in handlers/waits/table.cpp");
}

/// The values of lines of "name value".
std::map<std::string, std::string> values_of(const std::string& text) {
    std::map<std::string, std::string> values;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.find(' ');
        values[line.substr(0, space)] = line.substr(std::min(space, line.size() - 1) + 1);
    }
    return values;
}

std::string in_url(std::string text) {
    for (std::size_t at = 0; (at = text.find(' ', at)) != text.npos;) text.replace(at, 1, "%20");
    return text;
}

/// Calls `function` for each of them, some at once.
void for_each(const std::vector<std::string>& all, std::size_t at_once,
              const std::function<void(const std::string&)>& function) {
    std::atomic<std::size_t> next{0};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < std::min(at_once, all.size()); ++i) {
        threads.emplace_back([&] {
            for (std::size_t mine; (mine = next++) < all.size();) function(all[mine]);
        });
    }
}

}  // namespace

WaitsBench::WaitsBench(std::string worker_class)
    : worker_class_(std::move(worker_class)),
      at_once_(worker_class_ == "sync"      ? 8
               : worker_class_ == "threads" ? 24
                                            : 200),
      server_(setup_of(worker_class_, at_once_)) {
    std::istringstream lines(server_.get("/rows").body);
    for (std::string line; std::getline(lines, line);) {
        const auto space = line.find(' ');
        rows_.push_back(line.substr(space + 1));
        if (line.substr(0, space) == "time") without_event_.push_back(rows_.back());
        if (line.substr(0, space) == "alone") alone_.push_back(rows_.back());
    }
    if (rows_.empty()) throw std::runtime_error("no rows: " + server_.log());
    for (const auto& row : rows_) {
        if (promise_of(row).at_limit.empty()) disobedient_.push_back(row);
    }
}

std::string WaitsBench::run(std::string_view kind, const std::string& row, bool obeys) const {
    // A wait that does not obey takes its time, on a fiber all of the worker's.
    const auto* const times = kind == "early" ? "?limit=20000&event=50"
                              : !obeys        ? "?limit=100&event=250"
                                              : "?limit=300&event=1500";
    const auto reply = server_.get("/try/" + std::string(kind) + "/" + in_url(row) + times);
    if (reply.status != 200) return std::to_string(reply.status) + " " + reply.body;
    auto found = values_of(reply.body);
    std::string wrong;
    const auto check = [&](bool holds, std::string_view text) {
        if (!holds) wrong.append(wrong.empty() ? "" : ", ").append(text);
    };
    if (kind == "early") {
        check(found["how"] == "met" && found["thrown"] == "no", "the event was missed");
    } else {
        check(found["before_event"] == "yes", "not ended by the limit");
        check(found["how"] == promise_of(row).at_limit, "not what the table says");
        check(found["thrown"] == "yes", "no TimeoutError");
        check(std::stoi(found["milliseconds"]) >= (obeys ? 300 : 100), "ended too early");
        if (worker_class_ == "fiber") check(found["others"] != "0", kept_others);
    }
    check(found["again"] == "met", "does not work afterwards");
    if (wrong.empty()) return {};
    auto details = reply.body;
    std::ranges::replace(details, '\n', ';');
    return wrong + ": " + details;
}

std::map<std::string, std::string> WaitsBench::failures(std::string_view kind,
                                                        const std::vector<std::string>& rows,
                                                        std::size_t at_once) const {
    std::mutex mutex;
    std::map<std::string, std::string> failed;
    for_each(rows, at_once, [&](const std::string& row) {
        const auto found = run(kind, row);
        if (found.empty()) return;
        const std::scoped_lock lock(mutex);
        failed[row] = found;
    });
    return failed;
}

std::string WaitsBench::wrong(std::string_view kind) const {
    std::vector<std::string> together;
    std::vector<std::string> alone;
    for (const auto& row : rows_) {
        const bool skipped = kind == "early" && std::ranges::count(without_event_, row) > 0;
        if (skipped || std::ranges::count(disobedient_, row) > 0) continue;
        (std::ranges::count(alone_, row) > 0 ? alone : together).push_back(row);
    }
    const Others others(server_);
    std::map<std::string, std::string> failed;
    for (int i = 0; i < attempts && !(together.empty() && alone.empty()); ++i) {
        failed = failures(kind, together, at_once_);
        auto others_failed = failures(kind, alone, 1);
        together.clear();
        alone.clear();
        for (const auto& [row, found] : failed) together.push_back(row);
        for (const auto& [row, found] : others_failed) alone.push_back(row);
        failed.merge(others_failed);
    }
    std::string all;
    for (const auto& [row, found] : failed) {
        all.append(kind).append(" of ").append(row + ": " + found + "\n");
    }
    return all;
}

std::string WaitsBench::wrongly_excepted() const {
    std::string all;
    const Others others(server_);
    std::mutex mutex;
    for_each(disobedient_, worker_class_ == "fiber" ? 1 : at_once_, [&](const std::string& row) {
        const auto found = run("deadline", row, false);
        const bool parks = promise_of(row).on_fiber != OnFiber::blocks;
        const bool keeps_others = contains(found, kept_others);
        const std::scoped_lock lock(mutex);
        if (found.empty()) all.append(row).append(" obeys, and the table says that it waits on\n");
        if (parks && keeps_others) all.append(row).append(": ").append(found).append("\n");
    });
    return all;
}

std::string WaitsBench::unproved() const {
    std::string all;
    for (const auto& row : rows_) {
        try {
            static_cast<void>(promise_of(row));
        } catch (const std::runtime_error& error) {
            all.append(error.what()).append("\n");
        }
    }
    for (const auto& each : limited_waits()) {
        for (const auto& name : names_of(each)) {
            const auto is_it = [&](const auto& row) {
                return row == name || row.starts_with(name + ": ");
            };
            if (std::ranges::none_of(rows_, is_it)) all.append(name).append(" is not tried\n");
        }
    }
    return all;
}

std::string WaitsBench::belongings() const {
    std::map<std::string, int> counts;
    std::istringstream lines(server_.get("/belongings").body);
    for (std::string line; std::getline(lines, line);) ++counts[line];
    std::string all;
    for (const auto& [thing, count] : counts) {
        if (thing == "thread" || contains(thing, "eventfd")) continue;
        all.append(thing).append(" ").append(std::to_string(count)).append("\n");
    }
    return all;
}

}  // namespace curfew::tests
