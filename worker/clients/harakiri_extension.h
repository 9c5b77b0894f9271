#pragma once

#include "handlers/base/harakiri.h"
#include "handlers/http/extension.h"
#include "worker/shared/scoreboard.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace curfew::worker {

/// A running request as the scoreboard knows it, for Request::extend().
struct RunningCell {
    WorkerBoard board;
    std::size_t cell = 0;
    std::uint64_t word = 0;  ///< what publish() has returned
    Deadline harakiri = Deadline::never();
    Deadline latest = Deadline::never();  ///< no handler may go beyond
    Harakiri mode = Harakiri::on;
};

/// Moves the deadline of one request after another: begin() and end() for each.
class HarakiriExtension final : public Extension {
  public:
    explicit HarakiriExtension(const RunningCell& running) noexcept;
    HarakiriExtension(const HarakiriExtension&) = delete;
    HarakiriExtension& operator=(const HarakiriExtension&) = delete;

    /// Before the handler runs.
    void begin(const RunningCell& running) noexcept;

    /// Before the response begins: nothing is moved from here on, whoever still tries.
    void end() noexcept;

    Deadline extend(Duration from_now) override;
    [[nodiscard]] Deadline harakiri() const noexcept override;
    [[nodiscard]] std::shared_ptr<Extension> keep() override;

    /// When the request's process is killed for it; never() if it is not. Changes with extend().
    [[nodiscard]] const std::atomic<Deadline>& killed_at() const noexcept { return harakiri_; }

  private:
    std::mutex mutex_;  ///< a handler may have threads
    RunningCell running_;
    std::atomic<Deadline> harakiri_;
    bool over_ = false;
    std::shared_ptr<HarakiriExtension> kept_;
};

}  // namespace curfew::worker
