#pragma once

namespace curfew {

/// What the master does about a request that exceeds its harakiri limit, or its cpu_limit.
enum class Harakiri {
    off,  ///< nothing
    log,  ///< logs it once, and the request continues: for trying a limit
    on,   ///< responds with 504, and kills the worker
};

}  // namespace curfew
