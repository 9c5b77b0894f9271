#include "signal_name.h"

#include <csignal>
#include <cstring>

namespace curfew {

std::string name_of_signal(int signal) {
    if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
        return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
    }
    const char* const name = ::sigabbrev_np(signal);
    const char* const text = ::sigdescr_np(signal);
    if (!name || !text) return "signal " + std::to_string(signal);
    return std::string("SIG") + name + " (" + text + ")";
}

}  // namespace curfew
