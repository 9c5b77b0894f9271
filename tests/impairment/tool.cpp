#include "tests/impairment/tool.h"

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace curfew::tests {

Outcome run(const std::vector<std::string>& command) {
    const TemporaryDirectory directory;
    Process process(command, directory.path(), {});
    const int status = process.exit_status();
    return {.status = status,
            .out = read_file(directory.path() / "out"),
            .error = read_file(directory.path() / "error")};
}

Outcome run_impair(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CURFEW_IMPAIR);
    return run(arguments);
}

}  // namespace curfew::tests
