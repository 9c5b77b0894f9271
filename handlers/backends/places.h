#pragma once

#include "../context/own_mutex.h"
#include "backend_call.h"
#include "per_process.h"

#include <sys/types.h>

#include <list>
#include <mutex>
#include <utility>

namespace curfew {

/// Limits how many connections to a backend this process has in use. A call beyond the limit waits
/// until another call gives a connection up; calls are served in the order in which they came. Safe
/// from any thread or fiber: limits end the wait, and a fiber that waits lets others run. A child
/// process has a limit of its own.
class Places {
  public:
    /// The right to have a connection in use, for as long as this object lives.
    class Place {
      public:
        Place() noexcept = default;
        Place(Place&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), process_(other.process_) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(process_, other.process_);
            return *this;
        }
        ~Place();

      private:
        friend class Places;
        explicit Place(Places& of) noexcept;

        Places* of_ = nullptr;
        pid_t process_ = 0;
    };

    /// `option`: the name of the option that sets the limit, for messages.
    explicit Places(const char* option) : option_(option) {}

    /// Waits until fewer than `most` places are taken; 0: does not wait. Throws as call.time_out()
    /// does if the time of the call is over first.
    [[nodiscard]] Place take(int most, const BackendCall& call);

  private:
    class Waiter;
    struct Use {
        OwnMutex mutex;
        int taken = 0;
        std::list<Waiter*> waiting;  ///< in the order in which they came
    };

    [[nodiscard]] static bool wait(Use& use, Waiter& self);
    void give_back() noexcept;

    const char* const option_;
    PerProcess<Use> own_;
};

}  // namespace curfew
