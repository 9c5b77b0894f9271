#pragma once

#include "handlers/base/unique_fd.h"
#include "tools/impairment/flow.h"

#include <functional>
#include <optional>

namespace curfew::impairment {

/// A client, the server's end for it, and the two flows between them.
class Connection {
  public:
    /// `server`: a socket that is being connected. `over` is called once, last of all: it may
    /// destroy the connection. `network` may change; heed() has to be called then.
    Connection(worker::Loop& loop, UniqueFd client, UniqueFd server, const Network& network,
               std::function<void()> over);

    /// May call `over`.
    void heed();

  private:
    void on_connected();
    void look();
    void reset() noexcept;

    worker::Loop& loop_;
    UniqueFd client_;
    UniqueFd server_;
    const Network& network_;
    std::function<void()> over_;
    worker::WriteEvent connected_;
    // Once the server's end is connected. What the client sends before that waits in the kernel.
    std::optional<Flow> up_;
    std::optional<Flow> down_;
};

/// Ends a connection with a reset instead of in order.
void reset(UniqueFd socket) noexcept;

}  // namespace curfew::impairment
