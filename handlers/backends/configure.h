#pragma once

#include "options.h"

namespace curfew {

/// What the calls of this process obey from now on. Called once in each worker, before the first
/// request and before there is a second thread. Throws std::system_error if the password file
/// cannot be read, std::invalid_argument for an address that is none.
void configure_backends(const BackendOptions& options);

/// As configured; the defaults before that. Its password is the one to log in with, wherever it
/// comes from.
[[nodiscard]] const BackendOptions& backend_options() noexcept;

}  // namespace curfew
