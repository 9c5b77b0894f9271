#pragma once

#include <sys/types.h>

#include <filesystem>

namespace curfew::laboratory {

/// To be called in a child before it becomes another program. Forks: returns in a new child, which
/// is to be the program, and stays in this one as its guardian until it is told SIGTERM or
/// `starter` has ended; then kills the program and all that comes from it, and ends as well. In the
/// latter case it also removes the directory. The program's pid is in the file `pid` there.
void split_off_guardian(pid_t starter, const std::filesystem::path& directory);

}  // namespace curfew::laboratory
