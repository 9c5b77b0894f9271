#pragma once

#include "handlers/base/unique_fd.h"

#include <sys/un.h>

#include <optional>
#include <string>
#include <string_view>

namespace curfew::master {

/// The service manager that has started this process and wants to know its state: sd_notify(3).
/// Without one (NOTIFY_SOCKET is not set) nothing is sent.
class ServiceManager {
  public:
    /// Removes the variable, so that no child process reports in the name of the service. An
    /// address that cannot be used is ignored.
    ServiceManager();

    /// Reports that requests are served: once after the start, and once after each reloading().
    void ready();
    void reloading();
    void stopping();

    /// A message waits for room in the manager's queue: call retry() soon.
    [[nodiscard]] bool is_behind() const noexcept { return !unsent_.empty(); }
    void retry();

    /// In a child process: reports nothing from now on, because only the master does.
    void forget() noexcept { socket_.reset(); }

  private:
    void send(std::string_view message);

    UniqueFd socket_;
    sockaddr_un address_{};
    socklen_t address_size_ = 0;
    std::string unsent_;  ///< the last message, which says all that matters
    bool ready_ = false;
};

}  // namespace curfew::master
