#pragma once

#include "handlers/base/unique_fd.h"
#include "tools/impairment/address.h"

namespace curfew::impairment {

/// A TCP port that can be closed, so that clients are refused, and opened again: it stays taken
/// meanwhile.
class Port {
  public:
    /// Port 0 is a free one. Closed at first. Throws std::system_error.
    explicit Port(const Address& address);

    /// Clients that wait to be accepted are reset by close().
    void open();
    void close() noexcept { listening_.reset(); }

    /// -1 while it is closed.
    [[nodiscard]] int socket() const noexcept { return listening_.get(); }
    [[nodiscard]] const Address& address() const noexcept { return address_; }

    /// The next client, which does not block; empty if there is none, with errno.
    [[nodiscard]] UniqueFd accept() noexcept;

  private:
    UniqueFd holder_;  // bound, but never listens
    Address address_;
    UniqueFd listening_;
};

/// A socket that does not block and is being connected, or empty.
[[nodiscard]] UniqueFd connect_to(const Address& address) noexcept;

}  // namespace curfew::impairment
