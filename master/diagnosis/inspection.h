#pragma once

#include "handlers/base/deadline.h"
#include "master/diagnosis/findings.h"
#include "master/diagnosis/stuck_request.h"
#include "master/stacks/frame.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace curfew::master {

class Modules;

/// Looks at the threads of stuck requests from outside, one after the other, and reports what each
/// does and its stack, line by line. To be used in a process of its own: see Inspector.
class Inspection {
  public:
    using Say = std::function<void(const std::string& line)>;
    /// Gets the stack of a thread from the worker itself, if there is no right to use ptrace.
    using Ask = std::function<std::vector<Frame>(const StuckRequest& request, Deadline deadline)>;

    /// `heading`: the first word of each line. `say` gets each line.
    Inspection(std::string heading, Say say, Ask ask);
    ~Inspection();

    /// Reports one request. Waits until `deadline` at most. Returns what it has reported.
    Finding report(const StuckRequest& request, Deadline deadline);

  private:
    [[nodiscard]] const Modules* modules_of(pid_t pid);
    [[nodiscard]] std::string what_happens(const StuckRequest& request, Deadline deadline);
    [[nodiscard]] std::vector<Frame> stack(const StuckRequest& request, Deadline deadline);
    void say_stack(const StuckRequest& request, std::string kind,
                   const std::vector<std::string>& stack);

    [[nodiscard]] std::string prefix(const StuckRequest& request) const;

    const std::string heading_;
    const Say say_;
    const Ask ask_;
    std::pair<pid_t, std::unique_ptr<Modules>>
        modules_;                              ///< of the process that was looked at last
    std::map<std::string, std::string> seen_;  ///< for each stack, the first request that had it
};

}  // namespace curfew::master
