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

/// Looks at threads from outside, one after the other, and reports what each does and its stack,
/// line by line. Done by a process of its own: see Inspector.
class Inspection {
  public:
    using Say = std::function<void(const std::string& line)>;
    /// Another way to the stack of a thread that ptrace may not look at: asks the worker itself.
    using Ask = std::function<std::vector<Frame>(const StuckRequest& subject, Deadline deadline)>;

    /// `heading`: with what each line begins, in one word. `say` gets each line.
    Inspection(std::string heading, Say say, Ask ask);
    ~Inspection();

    /// By `deadline` it is done with it, as far as it depends on waiting. Returns what it reported.
    Finding report(const StuckRequest& subject, Deadline deadline);

  private:
    [[nodiscard]] const Modules* modules_of(pid_t pid);
    [[nodiscard]] std::string what_happens(const StuckRequest& subject, Deadline deadline);
    [[nodiscard]] std::vector<Frame> stack(const StuckRequest& subject, Deadline deadline);
    void say_stack(const StuckRequest& subject, std::string kind,
                   const std::vector<std::string>& stack);

    [[nodiscard]] std::string prefix(const StuckRequest& subject) const;

    const std::string heading_;
    const Say say_;
    const Ask ask_;
    std::pair<pid_t, std::unique_ptr<Modules>>
        modules_;                              ///< of the process that was looked at last
    std::map<std::string, std::string> seen_;  ///< whose each stack was, by request
};

}  // namespace curfew::master
