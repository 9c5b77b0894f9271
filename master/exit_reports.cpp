#include "master/exit_reports.h"

#include "master/workers/crash.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace curfew::master {

namespace {

/// Finding the names of functions takes a process some milliseconds. If workers crash often, only
/// one crash in this time is looked at.
constexpr Duration pause_between_crash_looks = std::chrono::seconds(1);

}  // namespace

void ExitReports::add(const Child& child, bool expected) {
    unwritten_.push_back({child.pid(), expected, ExitReport(child, inspector_.findings())});
    inspector_.forget(child.pid());
    begin_crash_look(child);
}

void ExitReports::begin_crash_look(const Child& child) {
    const auto now = Deadline::Clock::now();
    if (now < next_crash_look_ || inspector_.looks_at_crash()) return;
    const auto trace = trace_of_crash(child.board().line().crash, child.board().stack_dump());
    if (trace.addresses.empty()) return;
    next_crash_look_ = now + pause_between_crash_looks;
    inspector_.begin_crash(child.pid(), [&] { return stack_of_crash(trace); });
}

void ExitReports::write() {
    std::erase_if(unwritten_, [this](Unwritten& each) {
        if (inspector_.looks_at(each.pid)) return false;
        each.report.add_crash_stack(inspector_.take_crash(each.pid));
        spdlog::log(each.expected ? spdlog::level::info : spdlog::level::warn, "exit report: {}",
                    each.report.text());
        return true;
    });
}

}  // namespace curfew::master
