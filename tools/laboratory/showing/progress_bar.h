#pragma once

#include "tools/laboratory/record/progress.h"

#include <chrono>
#include <string>

namespace curfew::laboratory {

/// One line that says how far a run has come, and when it will end to judge by that. For a
/// terminal; elsewhere it prints a line from time to time. On standard error.
class ProgressBar {
  public:
    explicit ProgressBar(bool terminal) : terminal_(terminal) {}
    /// Clears the line.
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void show(const Progress& progress);

  private:
    using Clock = std::chrono::steady_clock;

    const bool terminal_;
    const Clock::time_point start_ = Clock::now();
    Clock::time_point shown_{};
};

/// "[=====>     ] 51 %, 3:25 left, deadline against spin"
[[nodiscard]] std::string progress_line(const Progress& progress, std::chrono::seconds spent);

}  // namespace curfew::laboratory
