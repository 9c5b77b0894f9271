#pragma once

#include "handlers/base/deadline.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace curfew::master {

/// Whether a process of ours that was killed from outside was killed by the kernel, for want of
/// memory. The kernel only counts such kills: those in our control group (memory.events of version
/// 2, memory.oom_control of version 1), or else those of the whole machine, so that a kill by
/// somebody else is taken for one of them if both happened since the last look.
class OomKills {
  public:
    /// `root`: where /proc and all that it names are. Files that do not exist are no error: then
    /// there are no such kills.
    explicit OomKills(const std::filesystem::path& root = "/");

    /// To be called after each death: true if a kill explains it, which only one that `may_be_one`
    /// can. Each kill explains one.
    [[nodiscard]] bool explain_death(bool may_be_one = true,
                                     Deadline::Clock::time_point now = Deadline::Clock::now());

    /// The file that counts; empty: there is none.
    [[nodiscard]] const std::filesystem::path& source() const noexcept { return source_; }

  private:
    [[nodiscard]] std::uint64_t count() const;

    std::filesystem::path source_;
    std::uint64_t seen_ = 0;
    std::uint64_t unexplained_ = 0;  ///< several may be counted before the first is reaped
    Deadline::Clock::time_point seen_at_{};
};

}  // namespace curfew::master
