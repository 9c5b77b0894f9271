#include "configure.h"

#include "upstream.h"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

namespace curfew {

namespace {

/// Never destroyed: a thread that was given up may read it until the process ends.
BackendOptions& options_in_force() noexcept {
    static auto& options = *new BackendOptions;
    return options;
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!file.is_open()) throw std::system_error(errno, std::generic_category(), path);
    std::getline(file, line);
    return line;
}

}  // namespace

void configure_backends(const BackendOptions& options) {
    BackendOptions copy = options;
    for (const auto& server : copy.cache.servers) static_cast<void>(parse_upstream(server));
    static_cast<void>(parse_upstream(copy.db.address));
    if (!copy.db.password_file.empty()) copy.db.password = first_line(copy.db.password_file);
    options_in_force() = std::move(copy);
}

const BackendOptions& backend_options() noexcept { return options_in_force(); }

}  // namespace curfew
