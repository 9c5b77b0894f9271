#include "master/master.h"

#include "handlers/base/signal_name.h"
#include "handlers/base/timespec.h"

#include "master/diagnosis/permission.h"
#include "master/diagnosis/slow_requests.h"
#include "master/log/log_counters.h"
#include "handlers/base/milliseconds.h"
#include "master/os/startup_pages.h"
#include "master/os/title.h"
#include "master/workers/copies.h"
#include "worker/os/time_slice.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

namespace curfew::master {

namespace {

constexpr std::size_t spare_slots = 32;

/// If the queue of the service manager was full, the message is sent again after this time.
constexpr Duration longest_silence = std::chrono::milliseconds(100);

std::size_t slots_for(const Options& options) {
    return 2 * static_cast<std::size_t>(options.workers) + spare_slots;
}

}  // namespace

Master::Master(const Release& release, std::function<Release()> reread, ServiceManager& service)
    : service_(service),
      workers_(slots_for(release.options),
               static_cast<std::size_t>(release.options.worker.worker_connections)),
      generations_(release, std::move(reread), workers_),
      timer_(checked_fd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
                        "timerfd_create")),
      query_canceller_([this] {
          become_helper("canceller");
          files_.identity().assume();
      }) {
    set_title(options_.proc_name + ": master");
}

int Master::run() {
    worker::shorten_time_slice();
    if (options_.post_mortem != Duration::zero()) {
        inspector_.probe([this] {
            files_.identity().assume();
            let_family_look();
        });
    }
    while (stopping_ == Stopping::no || workers_.anyone_left() || query_canceller_.busy() ||
           inspector_.busy()) {
        harakiri_.expect_deaths();
        respawn();
        wait();
        heed_signals();
        reap();
        query_canceller_.start_next();
        harakiri_.turn(stopping_);
        exit_reports_.write();
        report_slow(workers_, inspector_);
        tell_service_manager();
        report_copies(workers_);
    }
    log_counters(workers_.scoreboard().counters());
    spdlog::info("stopped");
    return exit_status_;
}

/// The server is ready once a first worker is. A reload has ended once the new workers have
/// replaced the old ones, or have failed to boot.
void Master::tell_service_manager() {
    if (service_.is_behind()) service_.retry();
    if (!generations_.reloading() && generations_.has_served()) service_.ready();
}

void Master::respawn() {
    generations_.note_ready();
    if (stopping_ != Stopping::no) return;
    const auto now = Deadline::Clock::now();
    while (const auto generation = generations_.lacking()) {
        if (backoff_.holds(now)) break;
        if (!workers_.free_slot()) break;  // all slots are in use until a worker has left
        spawn(*generation);
    }
    generations_.dismiss_surplus();
}

void Master::wait() {
    const auto now = Deadline::Clock::now();
    auto wake = inspector_.box();
    if (stopping_ == Stopping::no && backoff_.holds(now)) wake = std::min(wake, backoff_.until());
    if (service_.is_behind()) wake = std::min(wake, Deadline::after(now, longest_silence));
    wake = harakiri_.next_wake(now, wake);
    itimerspec when{};
    if (!wake.is_never()) when.it_value = to_timespec(wake);
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr);

    pollfd fds[] = {{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                    {.fd = timer_.get(), .events = POLLIN, .revents = 0},
                    {.fd = workers_.scoreboard().wake_fd(), .events = POLLIN, .revents = 0}};
    ::poll(fds, std::size(fds), -1);
    harakiri_.woke_up();
}

void Master::heed_signals() {
    while (const auto signal = signals_.next()) heed(*signal);
}

void Master::heed(const ArrivedSignal& signal) {
    switch (signal.number) {
        case SIGTERM:
            return stop(stopping_ == Stopping::no ? Stopping::gracefully : Stopping::now,
                        "SIGTERM");
        case SIGINT:
            return stop(Stopping::now, "SIGINT");
        case SIGQUIT:
            return stop(Stopping::now, "SIGQUIT");
        case SIGHUP:
            return reload();
        case SIGTTIN:
            return generations_.change_target(+1);
        case SIGTTOU:
            return generations_.change_target(-1);
        case SIGUSR1:
            files_.reopen_logs(options_);
            for (auto& child : workers_) child.tell(worker::Order::reopen);
            return;
        case SIGCHLD:  // reap() follows each wake-up
            return;
        case SIGWINCH:  // this and SIGURG are ignored by default; they need no warning
        case SIGURG:
            return;
        default:
            spdlog::warn("ignored {} from process {} of user {}", name_of_signal(signal.number),
                         signal.sender, signal.user);
    }
}

void Master::reload() {
    if (stopping_ != Stopping::no) return;
    service_.reloading();
    if (!generations_.reload()) return;
    backoff_.lived_on();  // the new workers may boot where the old ones failed
    files_.reopen_logs(options_);
    drop_startup_pages();
    spdlog::info("SIGHUP: replacing the workers by {} new ones", generations_.target());
}

void Master::stop(Stopping how, const char* why) {
    if (how <= stopping_) return;
    stopping_ = how;
    service_.stopping();
    files_.stop_adopting();
    if (how == Stopping::gracefully) {
        const auto kill_by = Deadline::in(options_.worker.graceful_timeout);
        // The master closes its copies of the sockets first, so that the last worker that drains
        // closes them for clients.
        files_.stop_listening();
        for (auto& child : workers_) child.tell_to_go(worker::Order::finish, kill_by);
        spdlog::info("{}: stopping, with {} ms to finish what is accepted", why,
                     in_milliseconds(options_.worker.graceful_timeout));
        return;
    }
    spdlog::info("{}: stopping at once", why);
    for (auto& child : workers_) child.kill("the server stops at once");
}

}  // namespace curfew::master
