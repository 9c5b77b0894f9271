#pragma once

#include "handlers/base/unique_fd.h"
#include "master/diagnosis/inspector.h"
#include "master/exit_reports.h"
#include "master/harakiri.h"
#include "master/os/oom_kills.h"
#include "master/os/service_manager.h"
#include "master/os/signals.h"
#include "master/server_files.h"
#include "master/setup/release.h"
#include "master/workers/backoff.h"
#include "master/workers/generations.h"
#include "master/workers/query_canceller.h"
#include "master/workers/stopping.h"
#include "master/workers/workers.h"

#include <sys/resource.h>

#include <cstddef>
#include <functional>

namespace curfew::master {

/// The main process of the server. It keeps the configured number of workers running, and kills
/// those whose requests exceed their limit. It never reads a byte of a request.
class Master {
  public:
    /// Does what can fail before anything is forked: user, pid file, sockets.
    /// Throws std::runtime_error (std::system_error included).
    /// `reread`: see Generations.
    Master(const Release& release, std::function<Release()> reread, ServiceManager& service);

    /// Serves until told to stop. Returns the exit status.
    [[nodiscard]] int run();

  private:
    void respawn();
    void wait();
    void heed_signals();
    void reap();
    void tell_service_manager();

    void heed(const ArrivedSignal& signal);
    void reload();
    void stop(Stopping how, const char* why);

    void spawn(int generation);
    [[noreturn]] void become_worker(std::size_t slot, pid_t master, UniqueFd orders);

    void become_helper(const char* title);
    void finish_exit(Child& child, int wait_status, const rusage& usage);
    void back_off(Deadline::Clock::time_point now);

    ServiceManager& service_;
    Workers workers_;
    Generations generations_;
    const Options& options_ = generations_.options();
    Signals signals_;
    ServerFiles files_{options_};
    UniqueFd timer_;

    QueryCanceller query_canceller_;
    OomKills oom_kills_;
    Inspector inspector_{[this](const char* title) { become_helper(title); }};
    ExitReports exit_reports_{inspector_};
    Harakiri harakiri_{workers_, generations_, inspector_};
    Backoff backoff_;
    Stopping stopping_ = Stopping::no;
    int exit_status_ = 0;
};

}  // namespace curfew::master
