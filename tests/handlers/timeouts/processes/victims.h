#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace curfew::tests {

/// Starts three processes that would go on for ever: a child, one in a session of its own, and one
/// whose parent has ended. Writes their pids to `file`, a line each, and returns once they run.
void start_descendants(const std::string& file);

/// What that has written.
[[nodiscard]] std::vector<pid_t> pids_in(const std::string& file);

/// The processes of a test that has to lose its own: as `--victim ROLE` of this program, in a
/// directory of its own.
///
///     stuck: runs a function by strategy process that starts descendants and never ends
///     orphaned: kills its zygote, and prints what a call comes to then
[[nodiscard]] int be_victim(const std::string& role);

}  // namespace curfew::tests
