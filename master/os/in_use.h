#pragma once

#include "handlers/base/deadline.h"

#include <stdexcept>

namespace curfew::master {

/// Another server holds it: an address or the pid file.
class InUse : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A signal has ended the start of the server.
struct StartCancelled {};

namespace detail {
void wait_for_release(const InUse& error, bool is_first);
}

/// What `attempt` returns, once it does not throw InUse. A server that is being stopped may hold it
/// for a moment longer: so for some seconds it is tried again. Signals that stop the server have to
/// be blocked; one that comes ends this with StartCancelled.
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
