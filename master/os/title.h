#pragma once

#include <string>

namespace curfew::master {

/// Makes room for process titles. A title overwrites the arguments and the environment in memory,
/// which is what ps shows. So this function copies them elsewhere first, and must be called first
/// in main().
void prepare_titles(char** argv, char** environment);

/// Sets what ps shows: `curfew: worker 2 [ready]`.
void set_title(const std::string& title);

}  // namespace curfew::master
