#pragma once

#include "tests/support/server.h"

#include <string>
#include <utility>
#include <vector>

namespace curfew::tests {

/// A server with one worker and the test application whose handlers nap and spin.
inline Server naps(std::vector<std::string> flags, std::string config = {}) {
    return Server({.flags = std::move(flags),
                   .config = std::move(config),
                   .app = test_app("naps"),
                   .workers = 1});
}

}  // namespace curfew::tests
