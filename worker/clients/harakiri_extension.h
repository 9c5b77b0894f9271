#pragma once

#include "handlers/base/harakiri.h"
#include "handlers/context/own_mutex.h"
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
    Deadline latest = Deadline::never();  ///< the latest deadline that extend() may set
    Harakiri mode = Harakiri::on;
};

/// Implements Request::extend() for a connection's requests: begin() and end() for each of them.
class HarakiriExtension final : public Extension {
  public:
    explicit HarakiriExtension(const RunningCell& running) noexcept;
    HarakiriExtension(const HarakiriExtension&) = delete;
    HarakiriExtension& operator=(const HarakiriExtension&) = delete;

    /// To be called before the handler runs.
    void begin(const RunningCell& running) noexcept;

    /// To be called before the response begins. From here on extend() throws, also on a thread that
    /// the handler has left behind.
    void end() noexcept;

    Deadline extend(Duration from_now) override;
    [[nodiscard]] Deadline harakiri() const noexcept override;
    [[nodiscard]] std::shared_ptr<Extension> keep() override;

    /// When the process is killed for the request; never() if it is not. extend() changes it.
    [[nodiscard]] const std::atomic<Deadline>& killed_at() const noexcept { return harakiri_; }

  private:
    OwnMutex mutex_;  ///< several threads of a handler may call extend()
    RunningCell running_;
    std::atomic<Deadline> harakiri_;
    bool over_ = false;
    std::shared_ptr<HarakiriExtension> kept_;
};

}  // namespace curfew::worker
