#pragma once

#include "../../base/unique_fd.h"
#include "../strategy.h"

#include <sys/types.h>

#include <functional>

namespace curfew {

struct Message;

/// The first call after fork in each process that runs functions for another one. From then on it
/// dies with its parent, has default_signals(), is no copy (see copies.h), and its database
/// statements are recorded as its own. Ends this process at once if the parent is gone.
void begin_child(pid_t parent);

/// Resets signals as in a program that was just started. Signals that terminals and service
/// managers send to every process of a server have no effect here, because only the master obeys
/// them; in a program that is executed from here they have their usual effect. Real-time signals
/// stay as they are, because strategies use them.
void default_signals() noexcept;

/// The threads of the process that makes this.
class OwnThreads {
  public:
    /// Throws std::system_error, as count() does.
    OwnThreads();

    /// A thread that has just been joined may still be counted.
    [[nodiscard]] int count() const;

  private:
    UniqueFd tasks_;
};

/// Throws std::logic_error if this process has other threads: a lock that one of them holds would
/// stay locked in the child for ever.
void check_single_threaded(const char* who);

/// The tag of an answer of a child. For `result` and `failure`, the number of the message is not 0
/// if the process cannot run another function.
enum class Answer {
    result,
    failure,  ///< the function threw
    died,     ///< the child did, with the wait status that is the message's number
};

/// Runs a function, and makes an answer of its result or of its exception.
[[nodiscard]] Message answer_of(const std::function<Payload()>& function);

/// Gives the call its result, or throws what the function threw, or BackendError that names the
/// signal or the status by which the child ended.
void accept_answer(Call& call, Message answer);

/// The answer for a child that ended with this wait status of waitpid(2).
[[nodiscard]] Message death_of(int wait_status);

}  // namespace curfew
