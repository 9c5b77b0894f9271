#pragma once

#include <string>

namespace demo {

/// Looks a name up at a name server that never answers, for so many seconds: whole ones, as libc
/// counts them, and at least one. With 0 the server is not there. Returns, in JSON, what came of
/// it.
[[nodiscard]] std::string look_up_in_vain(double seconds);

}  // namespace demo
