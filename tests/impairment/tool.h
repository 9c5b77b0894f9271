#pragma once

#include <string>
#include <vector>

namespace curfew::tests {

/// What a program that has ended left.
struct Outcome {
    int status = 0;
    std::string out;
    std::string error;
};

/// Runs a program to its end.
[[nodiscard]] Outcome run(const std::vector<std::string>& command);

/// The same for tools/impair's program.
[[nodiscard]] Outcome run_impair(std::vector<std::string> arguments);

}  // namespace curfew::tests
