#pragma once

#include "master/child.h"

#include <string>

namespace curfew::master {

/// One line of JSON: what a worker died of, which requests it had, and what became of each of its
/// connections. To be made when its keeper has seen to them.
[[nodiscard]] std::string certificate(const Child& child);

}  // namespace curfew::master
