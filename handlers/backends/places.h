#pragma once

#include "../context/own_mutex.h"
#include "backend_call.h"
#include "per_process.h"

#include <sys/types.h>

#include <list>
#include <mutex>
#include <utility>

namespace curfew {

/// Bounds how many connections to a backend this process has in use. Who comes beyond waits for one
/// to be given up, in the order of coming. From any thread or fiber: it is a wait like any other,
/// so that limits cut it, and a fiber lets others go on. A child process has places of its own.
class Places {
  public:
    /// The right to have one connection, until its end.
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

    /// `option`: what bounds them, for messages.
    explicit Places(const char* option) : option_(option) {}

    /// Waits until there are fewer than `most`; 0: any number will do. Throws as call.time_out() if
    /// the time of the call is over before.
    [[nodiscard]] Place take(int most, const BackendCall& call);

  private:
    class Waiter;
    struct Use {
        OwnMutex mutex;
        int taken = 0;
        std::list<Waiter*> waiting;  ///< those who have come first, first
    };

    [[nodiscard]] static bool wait(Use& use, Waiter& self);
    void give_back() noexcept;

    const char* const option_;
    PerProcess<Use> own_;
};

}  // namespace curfew
