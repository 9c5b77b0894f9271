#pragma once

#include "handlers/base/unique_fd.h"

#include <sys/types.h>

namespace curfew::laboratory {

/// So many of the packets over this machine's loopback are lost, whoever's they are, as long as
/// this object lives, or this process, however that ends.
class PacketLoss {
  public:
    /// Returns once it is so. Throws std::runtime_error, in the words of tools/impair netem, if it
    /// cannot be. 0 % hurts nobody, and tells whether more could be.
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
