#pragma once

#include "../base/deadline.h"
#include "running_queries.h"

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace curfew::db {

/// Ends sessions whose client has died, and so what runs in them: the server would notice only
/// when it has the result. Over another session with the configured server, within `limit`,
/// whatever context the caller has. Sessions that are no more, or whose number is somebody else's,
/// are left alone. Returns how many were ended. Throws TimeoutError, BackendError or Error.
std::size_t cancel_queries(std::span<const Session> sessions, Duration limit);

/// In a process that was forked for this alone, and that must end within seconds, come what may:
/// what no limit reaches, as looking up the server's name, SIGALRM ends.
std::size_t cancel_queries_or_die(std::span<const Session> sessions);

/// Those which a dead process has left in the table of this one (record_queries_in), if any. Those
/// that cannot be ended, they end by their own limits.
std::size_t cancel_queries_of(pid_t process, Duration limit) noexcept;

}  // namespace curfew::db
