#pragma once

#include <mutex>

namespace curfew {

/// A mutex of the server's own. A std::mutex fails at the limit of the code that locks it; this one
/// does not, because it is held for a moment only, and nobody could go on without it.
class OwnMutex : public std::mutex {
  public:
    void lock();

    /// Locked, for a std::condition_variable.
    [[nodiscard]] std::unique_lock<std::mutex> locked() {
        lock();
        return {*this, std::adopt_lock};
    }
};

}  // namespace curfew
