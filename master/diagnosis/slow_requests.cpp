#include "master/diagnosis/slow_requests.h"

#include "master/workers/overdue.h"

namespace curfew::master {

namespace {

/// The time to inspect one slow request; no worker waits for that.
constexpr Duration slow_box = std::chrono::seconds(1);

}  // namespace

void report_slow(Workers& workers, Inspector& inspector) {
    if (inspector.looks_at_slow()) return;
    const auto now = Deadline::Clock::now();
    std::vector<StuckRequest> slow;
    for (auto& child : workers.live()) {
        for (const auto& seen : scan(child.board(), now).slow) {
            auto request = subject_of(child, seen);
            // Only now it is certain that what was copied is that request's.
            if (!take_slow(child.board(), seen)) continue;
            child.board().counters().count(worker::RequestEvent::slow_logged, request.route);
            slow.push_back(std::move(request));
        }
    }
    if (slow.empty()) return;
    inspector.begin(Inspector::Why::slow, slow, slow_box);
}

}  // namespace curfew::master
