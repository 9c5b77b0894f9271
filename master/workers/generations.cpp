#include "master/workers/generations.h"

#include "master/log/logging.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace curfew::master {

namespace {

/// The options that differ and that only a restart can change, for a message; empty: none.
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

Generations::Generations(const Release& release, std::function<Release()> reread, Workers& workers)
    : workers_(workers),
      reread_(std::move(reread)),
      release_(release),
      target_(release.options.workers) {}

void Generations::change_target(int by) {
    target_ = std::clamp(target_ + by, 1, static_cast<int>(workers_.most()));
    spdlog::info("{} workers from now on", target_);
}

const Options& Generations::options_of(int generation) const noexcept {
    return generation == current_ ? options() : replaced_->release.options;
}

std::optional<int> Generations::lacking() const noexcept {
    if (workers_.serving(current_) < target_) return current_;
    if (replaced_ && workers_.serving(replaced_->number) < replaced_->target) {
        return replaced_->number;
    }
    return {};
}

void Generations::dismiss_surplus() {
    const auto kill_by = Deadline::in(options().worker.graceful_timeout);
    workers_.dismiss_surplus(current_, target_, kill_by);
    workers_.dismiss_worn(current_, target_, kill_by);
    if (replaced_) dismiss_replaced(kill_by);
}

/// Dismisses the replaced generation once enough workers of the current one are ready.
void Generations::dismiss_replaced(Deadline kill_by) {
    const auto ready = std::ranges::count_if(workers_, [this](const Child& child) {
        return is_current(child) && !child.leaving() && child.ready();
    });
    if (ready < target_) return;
    replaced_.reset();
    for (auto& child : workers_) {
        if (is_current(child) || child.leaving()) continue;
        child.tell_to_go(worker::Order::leave, kill_by);
    }
}

bool Generations::reload() {
    try {
        auto release = reread_();
        const auto& fresh = release.options;
        if (const auto names = changed_for_good(options(), fresh); !names.empty()) {
            throw std::runtime_error("a changed " + names + " needs a restart");
        }
        if (static_cast<std::size_t>(fresh.workers) > workers_.most()) {
            throw std::runtime_error("more than " + std::to_string(workers_.most()) +
                                     " workers need a restart");
        }
        release.enter();
        open_log(fresh.error_logfile, fresh.log_level);
        begin(std::move(release));
        return true;
    } catch (const std::exception& error) {
        spdlog::error("SIGHUP: {}; nothing has changed", error.what());
        go_back();
        return false;
    }
}

void Generations::begin(Release release) {
    if (replaced_) {
        kill_current();  // it has not served yet
    } else {
        replaced_ = {.release = release_, .target = target_, .number = current_};
    }
    release_ = std::move(release);
    target_ = options().workers;
    current_ = ++newest_;
}

bool Generations::undo_reload() {
    if (!replaced_) return false;
    kill_current();
    release_ = std::move(replaced_->release);
    go_back();
    target_ = replaced_->target;
    current_ = replaced_->number;
    replaced_.reset();
    return true;
}

void Generations::kill_current() {
    for (auto& child : workers_) {
        if (is_current(child)) child.kill("its configuration is given up");
    }
}

/// Returns to the directory of the release that stays in force. If the directory cannot be entered
/// any more, the master stays where it is.
void Generations::go_back() noexcept try { release_.enter(); } catch (const std::exception& error) {
    spdlog::error("cannot go back to the directory of before: {}", error.what());
}

void Generations::note_ready() {
    for (const auto& child : workers_) {
        if (child.ready()) newest_ready_ = std::max(newest_ready_, child.generation());
    }
}

void Generations::become(int generation) noexcept {
    if (generation == current_) return;
    release_ = std::move(replaced_->release);
    current_ = generation;
    go_back();
}

}  // namespace curfew::master
