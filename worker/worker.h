#pragma once

#include "handlers/timeouts/waiting.h"
#include "handlers/unique_fd.h"
#include "worker/access_log.h"
#include "worker/adopter.h"
#include "worker/arena.h"
#include "worker/application.h"
#include "worker/connections.h"
#include "worker/context.h"
#include "worker/dispatcher.h"
#include "worker/helper_processes.h"
#include "worker/listener.h"
#include "worker/loop.h"
#include "worker/memory_watch.h"
#include "worker/options.h"
#include "worker/orders.h"
#include "worker/scoreboard.h"
#include "worker/stray_signals.h"
#include "worker/surroundings.h"

#include <functional>
#include <memory>
#include <vector>

namespace curfew::worker {

/// One process that serves: everything a worker has, built after fork.
class Worker {
  public:
    /// Throws ApplicationError, or std::system_error, if the worker cannot boot.
    Worker(const Options& options, WorkerBoard board, Arena& arena, Surroundings surroundings);
    ~Worker();

    /// Serves until it is ordered to go or has answered max_requests, and its clients have what
    /// they asked for.
    void run();

  private:
    void on_served();
    void on_job_done();
    void on_removed();
    enum class Queues { take, leave };
    void drain(Queues queues, const char* why);
    void stop_when_empty();
    void freeze();
    void wear_out(const char* why);
    [[nodiscard]] bool worn() const noexcept { return board_.line().worn.load(); }
    void heed(Order order);
    static void report_refusals();
    void reopen_access_log();
    void count_abandoned_threads();

    const Options& options_;
    WorkerBoard board_;
    Surroundings surroundings_;
    Application application_;
    HelperProcesses helpers_;
    Dispatcher dispatcher_;
    Loop loop_;
    AccessLog access_log_;
    std::unique_ptr<Executor> executor_;
    Context context_;
    Connections connections_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    Adopter adopter_;
    ReadEvent ordered_;
    StraySignals stray_;
    ReadEvent refused_;
    Interrupt too_many_abandoned_;  ///< raised by whichever thread gives up one too many
    ReadEvent retire_;
    ReadEvent helpers_ended_;
    const char* worn_by_ = "told to go";
    std::uint64_t requests_until_drain_;
    MemoryWatch memory_;
};

}  // namespace curfew::worker
