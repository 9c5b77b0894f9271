#pragma once

#include "handlers/base/unique_fd.h"
#include "handlers/context/call_context.h"
#include "worker/access_log/access_log.h"
#include "worker/app/application.h"
#include "worker/app/dispatcher.h"
#include "worker/clients/adopter.h"
#include "worker/clients/connections.h"
#include "worker/clients/context.h"
#include "worker/clients/listener.h"
#include "worker/helper_processes.h"
#include "worker/os/loop.h"
#include "worker/process/memory_watch.h"
#include "worker/process/stray_signals.h"
#include "worker/settings/options.h"
#include "worker/shared/arena.h"
#include "worker/shared/orders.h"
#include "worker/shared/scoreboard.h"
#include "worker/worker_setup.h"

#include <functional>
#include <memory>
#include <vector>

namespace curfew::worker {

/// One process that serves: all objects that a worker has, built after fork. It has more than 20
/// members, because it owns each object of the worker once, in the order in which they can be
/// destroyed.
class Worker {
  public:
    /// Throws ApplicationError, or std::system_error, if the worker cannot boot.
    Worker(const Options& options, WorkerBoard board, Arena& arena, WorkerSetup setup);
    ~Worker();

    /// Serves until it is ordered to stop or has answered max_requests requests, and its clients
    /// have their responses.
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
    WorkerSetup setup_;
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
    CancelToken too_many_abandoned_;  ///< raised by whichever thread gives up one too many
    ReadEvent retire_;
    ReadEvent helpers_ended_;
    const char* worn_by_ = "told to go";
    std::uint64_t requests_until_drain_;
    MemoryWatch memory_;
};

}  // namespace curfew::worker
