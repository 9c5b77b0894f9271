#include "master/log/logging.h"
#include "master/master.h"
#include "master/os/startup_pages.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace curfew::master {

namespace {

/// What is fixed when the server starts. Empty if nothing of it differs.
std::string changed_for_good(const Options& now, const Options& fresh) {
    std::string names;
    const auto compare = [&names](bool same, const char* name) {
        if (!same) names.append(names.empty() ? "" : ", ").append(name);
    };
    compare(now.bind == fresh.bind, "bind");
    compare(now.backlog == fresh.backlog, "backlog");
    compare(now.worker.worker_connections == fresh.worker.worker_connections, "worker_connections");
    compare(now.user == fresh.user, "user");
    compare(now.group == fresh.group, "group");
    compare(now.umask == fresh.umask, "umask");
    compare(now.chdir == fresh.chdir, "chdir");
    compare(now.pidfile == fresh.pidfile, "pid");
    return names;
}

}  // namespace

/// Reads the configuration anew and puts a new generation of workers in place of this one, which
/// goes on until they are ready. A configuration that cannot be used changes nothing.
void Master::reload() {
    if (stopping_ != Stopping::no) return;
    service_.reloading();
    try {
        auto release = reread_();
        const auto& fresh = release.options;
        if (const auto names = changed_for_good(options_, fresh); !names.empty()) {
            throw std::runtime_error("a changed " + names + " needs a restart");
        }
        if (static_cast<std::size_t>(fresh.workers) > workers_.most()) {
            throw std::runtime_error("more than " + std::to_string(workers_.most()) +
                                     " workers need a restart");
        }
        release.enter();
        open_log(fresh.error_logfile, fresh.log_level);
        if (replaced_) {
            give_up_generation();  // it has not served yet
        } else {
            replaced_ = {.release = release_, .target = target_, .number = generation_};
        }
        release_ = std::move(release);
        target_ = options_.workers;
        backoff_.lived_on();  // what held the old ones back need not hold for these
        generation_ = ++newest_generation_;
        reopen_logs();
        drop_start_pages();
        spdlog::info("SIGHUP: replacing the workers by {} new ones", target_);
    } catch (const std::exception& error) {
        spdlog::error("SIGHUP: {}; nothing has changed", error.what());
        go_back();
    }
}

/// To the directory of the release that goes on. If that cannot be entered any more, as on a file
/// system that is gone, it goes on from where the master is.
void Master::go_back() noexcept try { release_.enter(); } catch (const std::exception& error) {
    spdlog::error("cannot go back to the directory of before: {}", error.what());
}

/// Dismisses the generation before, once this one can do its work.
void Master::retire() {
    if (!replaced_) return;
    const auto ready = std::ranges::count_if(workers_, [this](const Child& child) {
        return is_current(child) && !child.leaving() && child.ready();
    });
    if (ready < target_) return;
    replaced_.reset();
    for (auto& child : workers_) {
        if (is_current(child) || child.leaving()) continue;
        child.tell_to_go(worker::Order::leave, Deadline::in(options_.worker.graceful_timeout));
    }
}

void Master::give_up_generation() {
    for (auto& child : workers_) {
        if (is_current(child)) child.kill("its configuration is given up");
    }
}

/// The new generation cannot boot. True if the one before is still there to go on with.
bool Master::undo_reload() {
    if (!replaced_) return false;
    give_up_generation();
    release_ = std::move(replaced_->release);
    go_back();
    target_ = replaced_->target;
    generation_ = replaced_->number;
    replaced_.reset();
    reopen_logs();
    spdlog::error("the new workers could not boot; the configuration of before goes on");
    return true;
}

}  // namespace curfew::master
