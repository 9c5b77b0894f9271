#pragma once

#include "tools/laboratory/record/run.h"

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace curfew::laboratory {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline double milliseconds(Clock::duration time) noexcept {
    return std::chrono::duration<double, std::milli>(time).count();
}

/// The healthy requests that a server always has beside what is measured: some clients ask for
/// something small again and again, half of them over connections that they keep.
class Neighbours {
  public:
    /// `url` as tools::Client takes it.
    explicit Neighbours(std::string url);
    ~Neighbours();
    Neighbours(const Neighbours&) = delete;
    Neighbours& operator=(const Neighbours&) = delete;

    /// The healthy requests that ran at some time between `start` and `end`, once they have ended.
    /// Older ones are forgotten.
    [[nodiscard]] Others between(Clock::time_point start, Clock::time_point end,
                                 double tolerance_ms);

  private:
    struct Visit {
        Clock::time_point start;
        Clock::time_point end;
        bool answered;
    };

    void visit(int client);

    static constexpr int clients = 4;

    const std::string url_;
    std::atomic<bool> leaving_{false};
    std::array<std::atomic<Clock::rep>, clients> since_{};  ///< its request runs; 0: none does
    std::mutex mutex_;
    std::vector<Visit> visits_;
    std::vector<std::jthread> threads_;
};

}  // namespace curfew::laboratory
