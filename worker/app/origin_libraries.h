#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace curfew::worker {

/// The libraries that a shared object names as needed and that lie where its RUNPATH or RPATH says
/// by $ORIGIN, if that is `origin`. For loading them before a copy of it, for which $ORIGIN is
/// nowhere. `fd`: the object, to be read; nothing if it is none that this machine could load.
[[nodiscard]] std::vector<std::filesystem::path> origin_libraries(
    int fd, const std::filesystem::path& origin);

}  // namespace curfew::worker
