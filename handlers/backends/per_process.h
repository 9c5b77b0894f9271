#pragma once

#include <unistd.h>

#include <atomic>

namespace curfew {

/// A T that each process has for itself, with the lock that is in it: a child process begins with a
/// new one. It has inherited its parent's as it was in the middle of whatever other threads did,
/// perhaps locked by one that is not there to unlock it; so that is left alone, and never freed.
template <typename T>
class PerProcess {
  public:
    PerProcess() = default;
    PerProcess(const PerProcess&) = delete;
    PerProcess& operator=(const PerProcess&) = delete;
    ~PerProcess() {
        const Owned* const last = current_.load();
        if (last->owner == ::getpid()) delete last;
    }

    /// From any thread.
    [[nodiscard]] T& get() {
        Owned* seen = current_.load();
        if (seen->owner == ::getpid()) return seen->value;
        auto* const own = new Owned;
        if (current_.compare_exchange_strong(seen, own)) return own->value;
        delete own;  // another thread of the child was faster
        return seen->value;
    }

  private:
    struct Owned {
        const pid_t owner = ::getpid();
        T value{};
    };

    std::atomic<Owned*> current_{new Owned};
};

}  // namespace curfew
