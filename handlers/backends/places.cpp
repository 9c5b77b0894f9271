#include "places.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace curfew {

/// A call that waits. The object is on the stack of the caller, and is used under the lock of the
/// places.
class Places::Waiter {
  public:
    /// From now on the call has a place.
    void admit() noexcept {
        admitted_ = true;
        turn_.raise();
    }

    [[nodiscard]] bool admitted() const noexcept { return admitted_; }
    [[nodiscard]] int fd() const noexcept { return turn_.fd(); }

  private:
    bool admitted_ = false;
    CancelToken turn_;
};

Places::Place::Place(Places& of) noexcept : of_(&of), process_(::getpid()) {}

Places::Place::~Place() {
    if (of_ != nullptr && process_ == ::getpid()) of_->give_back();
}

Places::Place Places::take(int most, const BackendCall& call) {
    if (most <= 0) return {};
    Use& use = own_.get();
    {
        const std::lock_guard lock(use.mutex);
        if (use.waiting.empty() && use.taken < most) {
            ++use.taken;
            return Place(*this);
        }
    }
    const BackendCall::Pause pause(call, "waits for a connection of its own");
    Waiter self;
    {
        const std::lock_guard lock(use.mutex);
        // A place may have been given up before the waiter was in the list.
        if (use.waiting.empty() && use.taken < most) {
            ++use.taken;
            return Place(*this);
        }
        use.waiting.push_back(&self);
    }
    while (wait(use, self)) {
        if (!call.is_over()) continue;
        const std::lock_guard lock(use.mutex);
        if (self.admitted()) break;  // at the last moment
        std::erase(use.waiting, &self);
        call.time_out("all " + std::to_string(most) + " connections (" + option_ + ") were busy");
    }
    return Place(*this);
}

/// False once it has a place.
bool Places::wait(Use& use, Waiter& self) {
    pollfd turn{.fd = self.fd(), .events = POLLIN, .revents = 0};
    ::poll(&turn, 1, -1);
    const std::lock_guard lock(use.mutex);
    return !self.admitted();
}

/// A place that is given up goes directly to a waiter, so that a later call cannot take it.
void Places::give_back() noexcept {
    Use& use = own_.get();
    const std::lock_guard lock(use.mutex);
    if (use.waiting.empty()) {
        --use.taken;
        return;
    }
    Waiter* const next = use.waiting.front();
    use.waiting.pop_front();
    next->admit();
}

}  // namespace curfew
