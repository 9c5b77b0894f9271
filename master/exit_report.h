#pragma once

#include "master/diagnosis/findings.h"
#include "master/workers/child.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace curfew::master {

/// What a worker died of, which requests it had, what those for which it was killed were stuck in,
/// and what became of each of its connections. To be made when its keeper has ended; from then on
/// it needs neither the Child nor its slot.
class ExitReport {
  public:
    ExitReport(const Child& child, const Findings& findings);

    /// The calls that led to its crash, which are found later; empty: unknown.
    void add_crash_stack(std::vector<std::string> stack);

    /// One line of JSON.
    [[nodiscard]] std::string text() const;

  private:
    /// Shared since the type is not complete here: a copy is the same report.
    std::shared_ptr<nlohmann::ordered_json> json_;
};

}  // namespace curfew::master
