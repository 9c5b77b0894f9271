#include "worker/log_file.h"

#include <fcntl.h>

#include <cerrno>

namespace curfew::worker {

UniqueFd open_log_file(const std::string& path) {
    constexpr int flags = O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC;
    UniqueFd file(::open(path.c_str(), O_WRONLY | flags, 0644));
    // A FIFO without a reader: as its own reader a process need not wait for one.
    if (!file && errno == ENXIO) file.reset(::open(path.c_str(), O_RDWR | flags, 0644));
    checked(file.get(), ("opening " + path).c_str());
    return file;
}

}  // namespace curfew::worker
