#pragma once

namespace curfew {

/// What the master does about a request that exceeds its harakiri limit, or its cpu_limit.
enum class Harakiri {
    off,  ///< nothing
    log,  ///< says so in the log, once, and does nothing: to try a limit out
    on,   ///< answers its client, and kills its worker
};

}  // namespace curfew
