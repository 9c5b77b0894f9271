#pragma once

#include "master/post_mortem/thread_state.h"
#include "master/post_mortem/upstreams.h"

#include <sys/types.h>

#include <string>

namespace curfew::master {

/// What a thread does, in words, from two looks at it: "computes", "waits in poll for fd 14 (db
/// 127.0.0.1:3306)", "waits in futex for a lock that it holds itself". `client`: the descriptor of
/// the request's own connection, which is named so; -1: unknown.
[[nodiscard]] std::string what_it_does(const ThreadState& before, const ThreadState& now, pid_t pid,
                                       pid_t tid, int client, const Upstreams& upstreams);

}  // namespace curfew::master
