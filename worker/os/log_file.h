#pragma once

#include "handlers/base/unique_fd.h"

#include <optional>
#include <string>
#include <string_view>

namespace curfew::worker {

/// Whether an option that names a log says that there is none: empty, `none` or `off`.
[[nodiscard]] bool is_no_log(std::string_view name) noexcept;

/// The descriptor of this process that such an option means by `stdout`, `stderr` (or their names
/// in /dev), or `-`, which is `dash`; nothing if it names a file.
[[nodiscard]] std::optional<int> standard_stream(std::string_view name, int dash) noexcept;

/// Opens a log for appending, and makes it if need be. If it is a FIFO nobody waits, neither for a
/// reader here nor for room in it later: what does not fit is lost. Links of other users are not
/// followed: see locate(). Throws std::system_error or std::runtime_error.
[[nodiscard]] UniqueFd open_log_file(const std::string& path);

}  // namespace curfew::worker
