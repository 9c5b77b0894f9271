#pragma once

#include "tools/laboratory/record/run.h"

#include <string>

namespace curfew::laboratory {

/// A page for a browser that shows the run and needs nothing else: no other file, no network.
[[nodiscard]] std::string report(const Run& run);

/// Replaces the file in one step. Throws std::runtime_error that names it.
void write_report(const Run& run, const std::string& path);

}  // namespace curfew::laboratory
