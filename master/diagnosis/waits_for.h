#pragma once

#include "handlers/base/deadline.h"
#include "master/diagnosis/upstreams.h"

#include <sys/types.h>

#include <string>

namespace curfew::master {

/// What a thread does, in words: "computes", "waits in poll for fd 14 (db 127.0.0.1:3306)", "waits
/// in futex for a lock that it holds itself". Looks again and again until the answer is clear, at
/// most until `deadline`, because a thread that a signal has just woken will wait again. `client`:
/// the descriptor of the request's own connection, which is called "its client"; -1: unknown.
[[nodiscard]] std::string what_it_does(pid_t pid, pid_t tid, int client, const Upstreams& upstreams,
                                       Deadline deadline);

}  // namespace curfew::master
