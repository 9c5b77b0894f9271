#pragma once

#include "call_context.h"

#include <csignal>

struct pollfd;

namespace curfew {

/// The context of the running thread or fiber: what call_context() returns, without a call.
extern thread_local constinit CallContext current_context;

/// As poll(2), but no longer than the context in force allows, nor than until `asked`: on a fiber
/// it parks, a raised token ends it, and signals do not. Returns 0, "timed out", as soon as the
/// context has expired; -1 with ENOMEM if it cannot wait. Every limited wait ends up here. With
/// `mask`, as ppoll(2): signals that it does not block end the wait, with EINTR. On a fiber, whose
/// thread has the signals of others as well, they do so after some milliseconds.
int limited_poll(pollfd* fds, unsigned long count, Deadline asked,
                 const sigset_t* mask = nullptr) noexcept;

}  // namespace curfew
