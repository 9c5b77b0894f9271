#pragma once

#include <string>

namespace curfew {

/// "SIGSEGV (Segmentation fault)", "SIGRTMIN+3", "signal 32".
[[nodiscard]] std::string name_of_signal(int signal);

}  // namespace curfew
