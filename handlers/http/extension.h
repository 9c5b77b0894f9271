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

    /// The time at which the worker is killed, as it is now.
    [[nodiscard]] virtual Deadline harakiri() const noexcept = 0;

    /// An Extension for code that may outlive the request. Once the request has its response,
    /// extend() throws as Request::extend() does then.
    [[nodiscard]] virtual std::shared_ptr<Extension> keep() = 0;
};

}  // namespace curfew
