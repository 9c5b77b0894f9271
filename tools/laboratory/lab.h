#pragma once

#include "tools/laboratory/run.h"

#include <atomic>
#include <functional>
#include <string>

namespace curfew::laboratory {

/// How far a run has come.
struct Progress {
    std::size_t done = 0;
    std::size_t all = 0;  ///< samples
    std::string now;      ///< what is measured
};

struct Orders {
    Settings settings;
    /// Names; empty: all.
    std::vector<std::string> strategies;
    std::vector<std::string> kinds;
    std::vector<std::string> networks;
    std::string peers = "none";
};

/// The rows, columns and layers of a run, without anything measured. Throws std::invalid_argument
/// that says which names there are.
[[nodiscard]] Run plan(const Orders& orders);

/// Measures what `run` lacks: all of it, or what an interrupted run has left. Starts servers of its
/// own, and ends them. `interrupted` is looked at between two samples; `saved` is called with the
/// run as it is from time to time, by one thread at a time. What needs a backend that does not
/// start becomes a gap of the run. Throws std::runtime_error if a server that it cannot do without
/// does not start.
void measure(Run& run, const Orders& orders, const std::atomic<bool>& interrupted,
             const std::function<void(const Run&)>& saved,
             const std::function<void(const Progress&)>& progress);

}  // namespace curfew::laboratory
