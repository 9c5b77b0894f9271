#pragma once

#include "tools/laboratory/record/run.h"

#include <string>

namespace curfew::laboratory {

/// How late an answer may be and still be on time: "20 ms", or "20 ms (1000 ms with
/// uwsgi-harakiri)".
[[nodiscard]] std::string tolerances(const Run& run);

}  // namespace curfew::laboratory
