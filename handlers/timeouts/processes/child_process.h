#pragma once

#include "../../base/unique_fd.h"
#include "../strategy.h"

#include <sys/types.h>

#include <functional>

namespace curfew {

struct Message;

/// What each process that runs functions for another one does first, after fork: it dies with its
/// parent, has default_signals(), and is no copy (see copies.h). Database statements are recorded
/// as its own. Ends this process at once if the parent is gone.
void begin_child(pid_t parent);

/// Signals as in a program that was just started. Those by which terminals and service managers
/// speak to every process of a server do nothing here, as they are for the server's own; a program
/// that is executed from here has them as usual. Real-time signals stay as they are: strategies use
/// them.
void default_signals() noexcept;

/// The threads of the process that makes this.
class OwnThreads {
  public:
    /// Throws std::system_error, as count() does.
    OwnThreads();

    /// One that has just been joined may still count.
    [[nodiscard]] int count() const;

  private:
    UniqueFd tasks_;
};

/// Throws std::logic_error if this process has other threads: a lock that one of them holds would
/// stay locked in the child for ever.
void check_single_threaded(const char* who);

/// How an answer of a child is tagged. Its number, if it is not that of `died`: not 0 if the
/// process is in no state to run another function.
enum class Answer {
    result,
    failure,  ///< the function threw
    died,     ///< the child did, with the wait status that is the message's number
};

/// Runs a function that makes a result, and makes an answer of that or of what it throws.
[[nodiscard]] Message answer_of(const std::function<Payload()>& function);

/// Gives the call its result, or throws what the function threw, or BackendError that names the
/// signal or the status by which the child ended.
void accept_answer(Call& call, Message answer);

/// The answer in the name of a child that ended with that wait status, as waitpid(2) has it.
[[nodiscard]] Message death_of(int wait_status);

}  // namespace curfew
