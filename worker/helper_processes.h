#pragma once

#include "handlers/unique_fd.h"
#include "worker/options.h"

#include <functional>
#include <vector>

namespace curfew::worker {

/// The processes in which strategy `process` runs handlers: as many as the option `helpers` says,
/// and the zygote that makes them.
class HelperProcesses {
  public:
    /// Forks: to be made once the application is loaded, and before there are threads or a loop.
    /// `sockets`, on which the worker listens, they do not keep; `title` is told what each is.
    HelperProcesses(const Options& options, std::vector<UniqueFd>& sockets,
                    const std::function<void(const char*)>& title);
    ~HelperProcesses() { stop(); }
    HelperProcesses(const HelperProcesses&) = delete;
    HelperProcesses& operator=(const HelperProcesses&) = delete;

    /// As Helpers::end_fd().
    [[nodiscard]] int end_fd() const noexcept;

    /// Returns when they have ended.
    void stop() noexcept;
};

}  // namespace curfew::worker
