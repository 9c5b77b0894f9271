// Waiting, under the names that tests have with `using namespace curfew::tests`.
#pragma once

#include "tools/support/wait_until.h"

namespace curfew::tests {

using tools::patience;
using tools::wait_until;

}  // namespace curfew::tests
