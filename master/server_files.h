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
    /// The socket over which keepers hand connections over to workers.
    [[nodiscard]] worker::AdoptionSocket& adoption() noexcept { return adoption_; }
    [[nodiscard]] std::vector<int> listeners() const;

    /// Reopens the logs. If a log cannot be reopened, the server goes on writing to the old file.
    void reopen_logs(const Options& options) const;

    /// Closes the master's copies of the sockets. The server does this before its process ends,
    /// because the next server may start before that.
    void stop_listening();
    /// Closes the master's copy of the receiving end of adoptions, so that a keeper notices when no
    /// worker is left that could take over a connection.
    void stop_adopting() noexcept { adoption_.take.reset(); }

    /// To be called in a worker's process.
    void forget_pidfile() noexcept;
    [[nodiscard]] std::vector<UniqueFd> take_listeners();
    /// To be called in a process that serves no clients: closes everything.
    void forget() noexcept;

  private:
    Identity identity_;
    std::optional<Pidfile> pidfile_;
    std::vector<ListeningSocket> sockets_;
    worker::AdoptionSocket adoption_;
};

}  // namespace curfew::master
