#include "overrun.h"

#include "../../base/error.h"

#include <string>

namespace curfew {

void check_overrun(std::string_view strategy, Deadline deadline) {
    if (!deadline.passed()) return;
    throw TimeoutError("the time limit has passed (strategy " + std::string(strategy) + ")");
}

}  // namespace curfew
