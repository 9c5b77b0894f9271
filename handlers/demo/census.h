#pragma once

#include <sys/types.h>

namespace demo {

/// What this process has: itself and what the kernel keeps for it.
struct Census {
    int threads = 0;
    int children = 0;  ///< those that nobody has waited for included
    int descriptors = 0;

    [[nodiscard]] static Census take();
};

}  // namespace demo
