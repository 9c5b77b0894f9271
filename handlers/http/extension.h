#pragma once

#include "../base/deadline.h"

#include <memory>

namespace curfew {

/// What Request::extend() asks of the server: moves the time at which a request's worker is killed.
/// Safe from any thread of the worker's process.
class Extension {
  public:
    virtual ~Extension() = default;

    /// As Request::extend().
    virtual Deadline extend(Duration from_now) = 0;

    /// That time, as it is now.
    [[nodiscard]] virtual Deadline harakiri() const noexcept = 0;

    /// One for a handler that may go on after the request has been answered: then it refuses.
    [[nodiscard]] virtual std::shared_ptr<Extension> keep() = 0;
};

}  // namespace curfew
