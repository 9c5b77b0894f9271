#pragma once

#include <string>

namespace curfew::master {

/// Makes room for process titles, which overwrite the arguments and the environment where ps looks
/// for them. To be called first in main; what argv pointed to is moved away before.
void prepare_titles(char** argv, char** environment);

/// What ps shows: `curfew: worker 2 [ready]`.
void set_title(const std::string& title);

}  // namespace curfew::master
