#pragma once

#include "master/child.h"
#include "master/post_mortem/findings.h"

#include <string>
#include <vector>

namespace curfew::master {

/// One line of JSON: what a worker died of, which requests it had, what those for which it was
/// killed were stuck in, and what became of each of its connections. To be made when its keeper has
/// seen to them. `crash_stack`: the calls that led to its crash; empty: unknown.
[[nodiscard]] std::string certificate(const Child& child, const Findings& findings,
                                      const std::vector<std::string>& crash_stack);

}  // namespace curfew::master
