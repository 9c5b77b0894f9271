#pragma once

#include "handlers/unique_fd.h"

#include <csignal>
#include <optional>

namespace curfew::master {

/// The signals that the master heeds, blocked and read from a descriptor, so that the loop meets
/// them one after the other.
class Signals {
  public:
    Signals();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    /// The next one that has arrived.
    [[nodiscard]] std::optional<int> next();

    /// In a child: the descriptor is not its own.
    void forget() noexcept { fd_.reset(); }

    /// Lets the signals through again; those that wait arrive now.
    static void unblock() noexcept;

  private:
    UniqueFd fd_;
};

}  // namespace curfew::master
