#include "worker/os/log_file.h"

#include "handlers/http/headers.h"
#include "worker/os/located.h"

#include <fcntl.h>

#include <cerrno>

namespace curfew::worker {

bool is_no_log(std::string_view name) noexcept {
    return name.empty() || equals_ignoring_case(name, "none") || equals_ignoring_case(name, "off");
}

std::optional<int> standard_stream(std::string_view name, int dash) noexcept {
    if (name == "-") return dash;
    if (equals_ignoring_case(name, "stdout") || name == "/dev/stdout") return STDOUT_FILENO;
    if (equals_ignoring_case(name, "stderr") || name == "/dev/stderr") return STDERR_FILENO;
    return {};
}

UniqueFd open_log_file(const std::string& path) {
    constexpr int flags = O_APPEND | O_CREAT | O_NONBLOCK;
    const auto located = locate(path, LastLink::follow);
    try {
        return open_located(located, O_WRONLY | flags, 0644);
    } catch (const std::system_error& error) {
        // A process that opens a FIFO for reading and writing does not wait for a reader.
        if (error.code().value() == ENXIO) return open_located(located, O_RDWR | flags, 0644);
        throw std::system_error(error.code(), "opening " + path);
    }
}

}  // namespace curfew::worker
