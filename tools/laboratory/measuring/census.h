#pragma once

#include "tools/laboratory/record/run.h"

#include <sys/types.h>

#include <string>

namespace curfew::laboratory {

/// What a process has now, its own memory included; zeros if it is gone. Of Left the members
/// threads, children, descriptors and memory_kib.
[[nodiscard]] Left resources_of(pid_t pid);

/// What the kernel calls the wait of a worker that has nothing to do. To be asked when it has not.
[[nodiscard]] std::string idle_wchan_of(pid_t worker);

/// What a worker does that is other than the idle wait `idle_wchan`: "computes", "waits in
/// futex_do_wait". Looks several times, so that something short does not count. Empty if it rests,
/// or is gone.
[[nodiscard]] std::string activity_of(pid_t worker, const std::string& idle_wchan);

/// How many statements whose text has that part the database still runs. For connections that are
/// configured by configure_backends().
[[nodiscard]] int queries_with(const std::string& part);

/// The number of transactions that are at such a statement, with their locks. Takes a moment,
/// because the database renews these data only when they have not been asked for during some time.
[[nodiscard]] int transactions_with(const std::string& part);

}  // namespace curfew::laboratory
