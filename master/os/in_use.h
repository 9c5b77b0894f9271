#pragma once

#include "handlers/base/deadline.h"

#include <stdexcept>

namespace curfew::master {

/// Thrown if an address or the pid file is in use by another server.
class InUse : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Thrown if a signal that stops the server arrives during its start.
struct StartCancelled {};

namespace detail {
void wait_for_release(const InUse& error, bool is_first);
}

/// Calls `attempt` until it does not throw InUse, for some seconds, and returns what it returns: a
/// previous server may be about to end. The signals that stop the server must be blocked; if one of
/// them arrives meanwhile, throws StartCancelled.
template <class Attempt>
auto retry_while_in_use(Attempt attempt) {
    constexpr Duration longest_wait = std::chrono::seconds(5);
    const auto give_up = Deadline::in(longest_wait);
    for (bool is_first = true;; is_first = false) {
        try {
            return attempt();
        } catch (const InUse& error) {
            if (give_up.passed()) throw;
            detail::wait_for_release(error, is_first);
        }
    }
}

}  // namespace curfew::master
