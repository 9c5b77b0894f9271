#pragma once

#include <cstddef>
#include <string>

namespace curfew::laboratory {

/// How far a run has come.
struct Progress {
    std::size_t done = 0;
    std::size_t all = 0;  ///< samples
    std::string now;      ///< what is measured
};

}  // namespace curfew::laboratory
