#pragma once

#include "worker/access_log/access_log.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::worker {

/// Compiles a format of gunicorn's letters: `%(h)s`, `%({referer}i)s`, `%%`. Client bytes are
/// written with `"`, `\` and all that is not printable ASCII escaped, as in Apache's logs.
/// Throws std::invalid_argument, naming the letter, for one that is unknown.
[[nodiscard]] std::vector<LogPiece> compile_log_format(std::string_view format);

/// The same facts as one JSON object, for `access_log_format = "json"`.
[[nodiscard]] std::vector<LogPiece> json_log_format();

}  // namespace curfew::worker
