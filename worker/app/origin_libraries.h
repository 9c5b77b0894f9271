#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace curfew::worker {

/// The libraries that a shared object needs and that its RUNPATH or RPATH finds by $ORIGIN, if
/// $ORIGIN is `origin`. They must be loaded before a copy of the object, because $ORIGIN does not
/// lead to them from the copy. `fd`: the object, open for reading. Nothing if this machine cannot
/// load such an object.
[[nodiscard]] std::vector<std::filesystem::path> origin_libraries(
    int fd, const std::filesystem::path& origin);

}  // namespace curfew::worker
