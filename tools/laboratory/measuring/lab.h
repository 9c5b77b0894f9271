#pragma once

#include "tools/laboratory/record/progress.h"
#include "tools/laboratory/record/run.h"

#include <atomic>
#include <functional>
#include <string>

namespace curfew::laboratory {

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
/// What other servers of the run cannot be asked for.
[[nodiscard]] std::vector<Gap> gaps_of_peers(const Run& run);

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
