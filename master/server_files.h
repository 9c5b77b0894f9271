#pragma once

#include "handlers/base/unique_fd.h"
#include "master/config/options.h"
#include "master/os/pidfile.h"
#include "master/os/sockets.h"
#include "master/setup/identity.h"
#include "worker/shared/handover.h"

#include <optional>
#include <vector>

namespace curfew::master {

/// What the server has open for all of its processes: the pid file, the logs, the sockets, and
/// the user whom the workers run as.
class ServerFiles {
  public:
    /// Throws std::runtime_error (std::system_error included).
    explicit ServerFiles(const Options& options);
    ~ServerFiles() { stop_listening(); }
    ServerFiles(const ServerFiles&) = delete;
    ServerFiles& operator=(const ServerFiles&) = delete;

    [[nodiscard]] const Identity& identity() const noexcept { return identity_; }
    /// Over which keepers hand connections to workers.
    [[nodiscard]] worker::AdoptionSocket& adoption() noexcept { return adoption_; }
    [[nodiscard]] std::vector<int> listeners() const;

    /// Opens the logs anew. A log that cannot be opened is no reason to stop: the one that is open
    /// goes on.
    void reopen_logs(const Options& options) const;

    /// Gives up the master's share of the sockets. Before its process ends: the next server may
    /// come before it has gone.
    void stop_listening();
    /// Gives up the master's share of the receiving end of adoptions, so that a keeper notices when
    /// no worker is left to take a connection.
    void stop_adopting() noexcept { adoption_.take.reset(); }

    /// In a worker's process.
    void forget_pidfile() noexcept;
    [[nodiscard]] std::vector<UniqueFd> take_listeners();
    /// In a process that serves no clients.
    void forget() noexcept;

  private:
    Identity identity_;
    std::optional<Pidfile> pidfile_;
    std::vector<ListeningSocket> sockets_;
    worker::AdoptionSocket adoption_;
};

}  // namespace curfew::master
