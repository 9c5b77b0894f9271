#pragma once

#include "master/diagnosis/inspector.h"
#include "master/exit_report.h"

#include <vector>

namespace curfew::master {

/// The exit reports that are not in the log yet. All is known of those workers but the calls that
/// led to a crash. Another process reads these: the files in which their names are may be large, or
/// on a disk that does not answer.
class ExitReports {
  public:
    explicit ExitReports(Inspector& inspector) : inspector_(inspector) {}

    /// Draws up the report of a worker that is dead and whose clients have been seen to.
    /// `expected`: it is no reason to worry.
    void add(const Child& child, bool expected);

    /// Writes those of which all is known now.
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
