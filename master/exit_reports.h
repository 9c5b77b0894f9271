#pragma once

#include "master/diagnosis/inspector.h"
#include "master/exit_report.h"

#include <vector>

namespace curfew::master {

/// The exit reports that are not in the log yet, because the stack of the crash is missing. A
/// process of its own reads the stack: the files with the names of its functions may be large, or
/// on a disk that does not respond.
class ExitReports {
  public:
    explicit ExitReports(Inspector& inspector) : inspector_(inspector) {}

    /// Makes the report of a dead worker whose keeper has finished. `expected`: the report is
    /// logged as information, not as a warning.
    void add(const Child& child, bool expected);

    /// Logs the reports that are complete.
    void write();

  private:
    struct Unwritten {
        pid_t pid;
        bool expected;
        ExitReport report;
    };

    void begin_crash_look(const Child& child);

    Inspector& inspector_;
    std::vector<Unwritten> unwritten_;
    Deadline::Clock::time_point next_crash_look_{};
};

}  // namespace curfew::master
