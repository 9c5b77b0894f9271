#pragma once

#include "handlers/base/unique_fd.h"

#include <string_view>

namespace curfew::worker {

/// A file without a name, in the directory that TMPDIR names or in /tmp, which holds this text. It
/// is protected from handlers that close what is not theirs. Invalid if it cannot be made, for
/// example since the disk is full. Waits for the disk only if the system has too much to write.
[[nodiscard]] UniqueFd temporary_file(std::string_view text) noexcept;

}  // namespace curfew::worker
