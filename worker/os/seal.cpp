#include "worker/os/seal.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace curfew::worker {

namespace {

/// The kernel itself waits for a fifth of a second each time, unless a process has mapped the file.
constexpr int most_tries = 50;
constexpr auto pause = std::chrono::milliseconds(10);

}  // namespace

void seal(int memfd) {
    constexpr int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    for (int tries = 1; ::fcntl(memfd, F_ADD_SEALS, seals) != 0; ++tries) {
        if (errno != EBUSY || tries == most_tries) {
            throw std::system_error(errno, std::generic_category(), "sealing a file in memory");
        }
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace curfew::worker
