#pragma once

#include "handlers/base/unique_fd.h"
#include "worker/os/loop.h"

#include <boost/intrusive/set.hpp>

namespace curfew::worker {

/// Wakes any number of sleepers, each at its time. It uses one timerfd, because the loop's own
/// timers are late by some milliseconds; the timerfd is set again only for a sleeper that is sooner
/// than all others. On the loop's thread.
class AlarmClock {
  public:
    /// A sleeper. It must have been woken, or removed, before it is destroyed.
    class Sleeper : public boost::intrusive::set_base_hook<
                        boost::intrusive::link_mode<boost::intrusive::safe_link>> {
      public:
        explicit Sleeper(Deadline deadline) noexcept : deadline_(deadline) {}
        virtual ~Sleeper() = default;

        [[nodiscard]] Deadline deadline() const noexcept { return deadline_; }

        /// Called once, when the deadline has passed; the sleeper is not in the clock any more.
        virtual void wake() = 0;

        friend bool operator<(const Sleeper& a, const Sleeper& b) noexcept {
            return a.deadline_ < b.deadline_;
        }

      private:
        Deadline deadline_;
    };

    explicit AlarmClock(Loop& loop);

    void add(Sleeper& sleeper) noexcept;

    /// Removes a sleeper; does nothing if it is not in the clock.
    void remove(Sleeper& sleeper) noexcept;

  private:
    void ring();
    void set_for(Deadline deadline) noexcept;

    UniqueFd timer_;
    ReadEvent rings_;
    boost::intrusive::multiset<Sleeper> sleepers_;
    Deadline set_for_ = Deadline::never();
};

}  // namespace curfew::worker
