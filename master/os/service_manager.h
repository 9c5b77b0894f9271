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
    /// Removes the variable, so that no child takes itself for the service. An address that cannot
    /// be used is as good as none.
    ServiceManager();

    /// From now on requests are answered. Says it once, and once after each reloading().
    void ready();
    void reloading();
    void stopping();

    /// A message waits for room in the manager's queue: call retry() soon.
    [[nodiscard]] bool is_behind() const noexcept { return !unsent_.empty(); }
    void retry();

    /// In a child: the messages are the master's.
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
