#pragma once

#include "master/diagnosis/findings.h"
#include "master/workers/child.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace curfew::master {

/// How a worker has died, its requests, the stacks of those for which it was killed, and the
/// outcome of each of its connections. To be made when the worker's keeper has ended. From then on
/// the report needs neither the Child nor its slot.
class ExitReport {
  public:
    ExitReport(const Child& child, const Findings& findings);

    /// Adds the stack of the crash, which is read later; empty: unknown.
    void add_crash_stack(std::vector<std::string> stack);

    /// One line of JSON.
    [[nodiscard]] std::string text() const;

  private:
    /// A shared_ptr, because that can destroy a type that is incomplete here. Copies are the same
    /// report.
    std::shared_ptr<nlohmann::ordered_json> json_;
};

}  // namespace curfew::master
