#pragma once

#include "tests/support/peer.h"

#include <atomic>
#include <string>

namespace curfew::tests {

/// Stands between a client and a real server, and does to the server's answers what the mode says.
class Proxy {
  public:
    enum class Mode {
        pass,
        hold,  ///< they come once the mode changes
        drip,  ///< one byte every 20 ms
        slow,  ///< in two halves, each 1 ms late
        cut,   ///< the connection ends instead
    };

    /// `upstream`: "127.0.0.1:3306".
    explicit Proxy(const std::string& upstream);

    void set(Mode mode) noexcept { mode_ = mode; }
    [[nodiscard]] std::string address() const { return peer_.address(); }
    [[nodiscard]] int connections() const noexcept { return peer_.connections(); }

  private:
    void forward(int client);
    [[nodiscard]] bool answer(int client, std::string bytes);

    std::uint16_t port_;
    std::atomic<Mode> mode_ = Mode::pass;
    Peer peer_;
};

}  // namespace curfew::tests
