#pragma once

#include "../base/deadline.h"
#include "running_queries.h"

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace curfew::db {

/// Ends database sessions whose client has died, and so the statements that run in them. The server
/// itself would notice the death only when it has the result. Uses another session with the
/// configured server, and takes no longer than `limit`, whatever the caller's context is. Sessions
/// that have ended, or whose number belongs to another client now, are left alone. Returns how many
/// were ended. Throws TimeoutError, BackendError or Error.
std::size_t cancel_queries(std::span<const Session> sessions, Duration limit);

/// The same, in a process that was forked for it and must end within seconds in any case: SIGALRM
/// ends whatever no limit reaches, such as looking up the server's name.
std::size_t cancel_queries_or_die(std::span<const Session> sessions);

/// Cancels the queries that a dead process has left in the table of this one (record_queries_in).
/// Queries that cannot be cancelled end by their own limits.
std::size_t cancel_queries_of(pid_t process, Duration limit) noexcept;

}  // namespace curfew::db
