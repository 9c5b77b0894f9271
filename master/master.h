#pragma once

#include "handlers/base/unique_fd.h"
#include "master/config/options.h"
#include "master/diagnosis/inspector.h"
#include "master/exit_report.h"
#include "master/os/oom_kills.h"
#include "master/os/pidfile.h"
#include "master/os/service_manager.h"
#include "master/os/signals.h"
#include "master/os/sockets.h"
#include "master/setup/identity.h"
#include "master/setup/release.h"
#include "master/workers/backoff.h"
#include "master/workers/breaker_policy.h"
#include "master/workers/cpu_watch.h"
#include "master/workers/generations.h"
#include "master/workers/query_canceller.h"
#include "master/workers/workers.h"
#include "worker/shared/handover.h"

#include <sys/resource.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace curfew::master {

/// The first process: keeps as many workers as it should have, and kills those whose requests
/// exceed their limit. It never touches a request itself.
class Master {
  public:
    /// Does what can fail before anything is forked: user, pid file, sockets.
    /// Throws std::runtime_error (std::system_error included).
    /// `reread`: see Generations.
    Master(const Release& release, std::function<Release()> reread, ServiceManager& service);
    ~Master();

    /// Serves until told to stop. Returns the exit status.
    [[nodiscard]] int run();

  private:
    enum class Stopping { no, gracefully, now };

    void expect_deaths();
    void respawn();
    void wait();
    void heed_signals();
    void reap();
    void terminate_overdue();
    void kill_terminating();
    void certify();
    void report_slow();
    void tell_service_manager();
    void report_copies();

    void spawn(int generation);
    [[noreturn]] void become_worker(std::size_t slot, pid_t master, UniqueFd orders);

    void reload();

    void heed(const ArrivedSignal& signal);
    void stop(Stopping how, const char* why);
    void give_up_sockets();
    void reopen_logs();
    void finish_exit(Child& child, int wait_status, const rusage& usage);
    void bury_keeper(Child& child, int wait_status);
    void draw_up_certificate(const Child& child);
    void back_off(Deadline::Clock::time_point now);
    void charge_culprit(const Child& child);
    [[nodiscard]] worker::Again may_run_again(const Child& child, bool ours) const noexcept;
    void log_requests_of(const Child& child, std::optional<worker::RequestEvent> cause) const;

    [[nodiscard]] Deadline next_wake(Deadline::Clock::time_point now);
    void kill_overstayers(Deadline::Clock::time_point now);
    [[nodiscard]] std::vector<StuckRequest> terminate(Child& child,
                                                      Deadline::Clock::time_point now);
    void become_helper(const char* title);
    void probe_examiner();
    [[nodiscard]] Deadline grace(const Child& child,
                                 Deadline::Clock::time_point now) const noexcept;
    [[nodiscard]] bool defers_kill(const Child& child, const Overdue& overdue,
                                   Deadline::Clock::time_point now);
    bool charge(const Child& child, std::size_t cell, Deadline::Clock::time_point now);
    [[nodiscard]] bool is_deferred(const Child& child) const noexcept;
    void terminate_deferred(Deadline::Clock::time_point now);
    void report_survivor(const Child& child, const Overdue& overdue);
    void give_up(Child& child);
    void begin_settling(Child& child, bool ours);
    void notice_stop(pid_t pid, int wait_status);

    ServiceManager& service_;
    Workers workers_;
    Generations generations_;
    const Options& options_ = generations_.options();
    Identity identity_;
    std::optional<Pidfile> pidfile_;
    std::vector<ListeningSocket> sockets_;
    worker::AdoptionSocket adoption_;
    Signals signals_;
    UniqueFd timer_;

    QueryCanceller query_canceller_;
    OomKills oom_kills_;
    struct Uncertified {
        pid_t pid;
        bool expected;
        ExitReport exit_report;
    };
    std::vector<Uncertified> uncertified_;  ///< dead, gone from workers_, and not yet in the log
    Inspector inspector_{[this](const char* title) { become_helper(title); }};
    CpuWatch cpu_watch_{thread_cpu_time};
    BreakerPolicy breaker_policy_;
    struct DeferredKill {
        pid_t pid;
        std::string reason;
    };
    std::vector<DeferredKill>
        deferred_kills_;        ///< their workers are terminated one by one: see BreakerPolicy
    std::uint64_t spared_ = 0;  ///< requests that harakiri = log has spared
    Backoff backoff_;
    Stopping stopping_ = Stopping::no;
    int exit_status_ = 0;
    bool poked_ = false;
    Deadline woken_for_ = Deadline::never();
    Deadline::Clock::time_point lenient_until_{};
    Deadline::Clock::time_point next_crash_look_{};
};

}  // namespace curfew::master
