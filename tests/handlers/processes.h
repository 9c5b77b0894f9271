#pragma once

#include "handlers/timeouts/strategy.h"

#include <array>
#include <string_view>

namespace curfew::tests {

/// As many as processes_main.cpp starts, in each program of these tests.
constexpr int helper_count = 3;

/// The strategies that run a function in another process.
constexpr std::array<std::string_view, 2> in_processes{"process", "fork"};

}  // namespace curfew::tests
