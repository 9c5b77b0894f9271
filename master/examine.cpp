#include "master/diagnosis/permission.h"
#include "master/master.h"
#include "master/os/title.h"
#include "master/workers/overdue.h"

namespace curfew::master {

namespace {

/// For looking at a slow request, which nobody waits for.
constexpr Duration slow_box = std::chrono::seconds(1);

}  // namespace

/// Once for each request, which goes on unharmed.
void Master::report_slow() {
    if (inspector_.looks_at_slow()) return;
    const auto now = Deadline::Clock::now();
    std::vector<StuckRequest> slow;
    for (auto& child : workers_.live()) {
        for (const auto& seen : scan(child.board(), now).slow) {
            auto subject = subject_of(child, seen);
            // Only now it is certain that what was copied is that request's.
            if (!take_slow(child.board(), seen)) continue;
            child.board().counters().count(worker::RequestEvent::slow_logged, subject.route);
            slow.push_back(std::move(subject));
        }
    }
    if (slow.empty()) return;
    inspector_.begin(Inspector::Why::slow, slow, slow_box);
}

/// Of a process that does one thing and ends. Its signals stay blocked: it is not told to end, but
/// killed.
void Master::become_helper(const char* title) {
    set_title(options_.proc_name + ": " + title);
    sockets_.clear();
    adoption_.take.reset();
    service_.forget();
    if (pidfile_) pidfile_->forget();
}

void Master::probe_examiner() {
    if (options_.post_mortem == Duration::zero()) return;
    inspector_.probe([this] {
        identity_.assume();
        let_family_look();
    });
}

}  // namespace curfew::master
