#pragma once

#include "handlers/base/deadline.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace curfew::master {

/// Tells whether the kernel has killed a process of this server for lack of memory. The kernel only
/// counts such kills: for the control group of the server (memory.events in version 2,
/// memory.oom_control in version 1) or, if there is none, for the whole machine. So a kill by
/// another process is mistaken for one of them if both have happened since the last look.
class OomKills {
  public:
    /// `root`: the directory below which /proc and the files that it names are read. If the files
    /// do not exist, no kill is ever reported.
    explicit OomKills(const std::filesystem::path& root = "/");

    /// To be called after each death of a process. True if the kernel has counted a kill that
    /// explains the death. Each kill explains one death, and only a death that `may_be_one`.
    [[nodiscard]] bool explain_death(bool may_be_one = true,
                                     Deadline::Clock::time_point now = Deadline::Clock::now());

    /// The file with the count; empty: there is none.
    [[nodiscard]] const std::filesystem::path& source() const noexcept { return source_; }

  private:
    [[nodiscard]] std::uint64_t count() const;

    std::filesystem::path source_;
    std::uint64_t seen_ = 0;
    std::uint64_t unexplained_ = 0;  ///< several may be counted before the first is reaped
    Deadline::Clock::time_point seen_at_{};
};

}  // namespace curfew::master
