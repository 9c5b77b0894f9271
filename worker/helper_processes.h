#pragma once

#include "worker/settings/options.h"
#include "worker/worker_setup.h"

namespace curfew::worker {

/// The processes in which strategy `process` runs handlers: as many as the option `helpers` says,
/// and the zygote that makes them.
class HelperProcesses {
  public:
    /// Forks: to be made once the application is loaded, and before there are threads or a loop.
    /// They keep none of its sockets, and tell their titles.
    HelperProcesses(const Options& options, WorkerSetup& setup);
    ~HelperProcesses() { stop(); }
    HelperProcesses(const HelperProcesses&) = delete;
    HelperProcesses& operator=(const HelperProcesses&) = delete;

    /// As Helpers::end_fd().
    [[nodiscard]] int end_fd() const noexcept;

    /// Returns when they have ended.
    void stop() noexcept;
};

}  // namespace curfew::worker
