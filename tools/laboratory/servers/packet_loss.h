#pragma once

#include "handlers/base/unique_fd.h"

#include <sys/types.h>

namespace curfew::laboratory {

/// Loses a percentage of all packets over this machine's loopback, those of other programs
/// included, for as long as this object and this process live.
class PacketLoss {
  public:
    /// Returns when the loss is in force. Throws std::runtime_error with the words of tools/impair
    /// netem if that is impossible. 0 % loses nothing, and only shows whether loss is possible.
    explicit PacketLoss(int percent);
    /// Returns once loopback is as it was.
    ~PacketLoss();
    PacketLoss(const PacketLoss&) = delete;
    PacketLoss& operator=(const PacketLoss&) = delete;

  private:
    UniqueFd hold_;  ///< the only one of its pipe; netem goes off when that ends
    pid_t netem_ = 0;
};

}  // namespace curfew::laboratory
