#include "master/diagnosis/inspector.h"

#include "handlers/base/signal_name.h"
#include "master/diagnosis/asked_stack.h"
#include "master/diagnosis/inspection.h"
#include "master/diagnosis/permission.h"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <span>
#include <string>
#include <utility>

namespace curfew::master {

namespace {

using namespace std::chrono_literals;

constexpr Duration probe_box = 5s;

/// The time to find the names of a crash's stack. The stop of the server waits for it as well.
constexpr Duration crash_box = 5s;

/// The most requests that one process inspects, because their workers are not killed meanwhile.
constexpr std::size_t most_at_once = 20;

void report_all(Inspector::Why why, const std::vector<StuckRequest>& requests, Duration each,
                const FindingsPipe& pipe) {
    const bool slow = why == Inspector::Why::slow;
    const auto level = slow ? spdlog::level::warn : spdlog::level::err;
    Inspection inspection(
        slow ? "slow" : "stuck", [level](const std::string& line) { spdlog::log(level, line); },
        [](const StuckRequest& request, Deadline deadline) {
            auto& dump = *request.stack_dump;
            const auto& parked = request.cell->parked;
            return parked.load() != 0
                       ? asked_parked_stack_of(dump, request.pid, request.tid, parked, deadline)
                       : asked_stack_of(dump, request.pid, request.tid, deadline);
        });
    const auto some = std::min(requests.size(), most_at_once);
    for (const auto& request : std::span(requests).first(some)) {
        if (slow && !still_runs(request)) continue;
        // A quarter of the time is left for finding the names of functions.
        auto finding = inspection.report(request, Deadline::in(each * 3 / 4));
        if (!slow) pipe.tell(request.pid, request.id, std::move(finding));
    }
    if (requests.size() > some) {
        spdlog::log(level, "{}: {} more at the same time, not looked at", slow ? "slow" : "stuck",
                    requests.size() - some);
    }
}

}  // namespace

void Inspector::begin(Why why, const std::vector<StuckRequest>& requests, Duration each) {
    Running running{.pid = 0, .box = Deadline::never(), .stuck = {}, .slow = why == Why::slow};
    if (why == Why::stuck) {
        for (const auto& request : requests) running.stuck.push_back(request.pid);
    }
    const auto most = std::min(requests.size(), most_at_once);
    start(std::move(running), each * static_cast<int>(most),
          [&] { report_all(why, requests, each, pipe_); });
}

void Inspector::begin_crash(pid_t worker, const std::function<std::vector<std::string>()>& read) {
    start({.pid = 0, .box = Deadline::never(), .stuck = {worker}, .crash = true}, crash_box,
          [&] { pipe_.tell(worker, {}, {.doing = {}, .stack = read()}); });
}

std::vector<std::string> Inspector::take_crash(pid_t worker) {
    std::vector<std::string> stack;
    const auto found = findings_.find({worker, {}});
    if (found != findings_.end()) stack = std::move(found->second.stack);
    forget(worker);
    return stack;
}

void Inspector::probe(const std::function<void()>& as_worker) {
    const auto look = [&] {
        if (const int error = refused_look(as_worker); error != 0) {
            spdlog::warn(
                "workers cannot be looked at from outside ({}): a stuck worker is asked for its "
                "stack "
                "by a signal, which fails if the worker has blocked it; CAP_SYS_PTRACE helps",
                std::strerror(error));
        }
    };
    start({.pid = 0, .box = Deadline::never(), .stuck = {}}, probe_box, look);
}

const char* Inspector::task_of(const Running& running) noexcept {
    return running.crash ? "reading the stack of a crash" : "looking at requests";
}

/// The new process dies with the master, and the master kills it if it does not end in time. A
/// thread that it has stopped by ptrace then continues.
void Inspector::start(Running running, Duration box, const std::function<void()>& work) {
    const pid_t master = ::getpid();
    const auto* const what = task_of(running);
    running.box = Deadline::in(box);
    running.pid = ::fork();
    if (running.pid < 0) {
        return spdlog::error("cannot fork for {}: {}", what, std::strerror(errno));
    }
    if (running.pid > 0) {
        return running_.push_back(std::move(running));
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != master) ::_exit(0);
    try {
        become_("inspector");
        work();
        ::_exit(0);
    } catch (const std::exception& error) {
        spdlog::error("{}: {}", what, error.what());
    }
    ::_exit(1);
}

bool Inspector::finished(pid_t reaped, int wait_status) {
    const auto done = std::ranges::find(running_, reaped, &Running::pid);
    if (done == running_.end()) return false;
    for (auto& [of, finding] : pipe_.take()) {
        if (looks_at(of.first)) findings_[of] = std::move(finding);
    }
    const auto* const what = task_of(*done);
    running_.erase(done);
    if (WIFSIGNALED(wait_status)) {
        const int signal = WTERMSIG(wait_status);
        spdlog::error(
            "{} {}", what,
            signal == SIGKILL ? "took too long" : "was ended by " + name_of_signal(signal));
    }
    return true;
}

void Inspector::forget(pid_t worker) {
    std::erase_if(findings_, [worker](const auto& each) { return each.first.first == worker; });
    for (auto& each : running_) std::erase(each.stuck, worker);
}

void Inspector::end_overdue(Deadline::Clock::time_point now) noexcept {
    for (auto& each : running_) {
        if (!each.box.passed(now)) continue;
        ::kill(each.pid, SIGKILL);
        each.box = Deadline::never();
        each.stuck.clear();
    }
}

bool Inspector::looks_at(pid_t worker) const noexcept {
    return std::ranges::any_of(running_, [worker](const Running& each) {
        return std::ranges::find(each.stuck, worker) != each.stuck.end();
    });
}

bool Inspector::looks_at_slow() const noexcept {
    return std::ranges::any_of(running_, &Running::slow);
}

bool Inspector::looks_at_crash() const noexcept {
    return std::ranges::any_of(running_, &Running::crash);
}

Deadline Inspector::box() const noexcept {
    auto soonest = Deadline::never();
    for (const auto& each : running_) soonest = std::min(soonest, each.box);
    return soonest;
}

}  // namespace curfew::master
