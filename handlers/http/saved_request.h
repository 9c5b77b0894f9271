#pragma once

#include "request.h"

#include <string>

namespace curfew {

/// A request in one string of bytes, which may go to another process of the same server.
[[nodiscard]] std::string save(const RequestParts& parts);

/// A request that owns all it shows, for a handler that may outlive the connection's buffer.
class SavedRequest {
  public:
    /// `bytes`: from save(). Throws std::invalid_argument if they cannot be.
    /// `extension`: the request's here, if it can be extended here.
    explicit SavedRequest(std::string bytes, Extension* extension = nullptr);

    SavedRequest(const SavedRequest&) = delete;
    SavedRequest& operator=(const SavedRequest&) = delete;

    [[nodiscard]] const RequestParts& parts() const noexcept { return parts_; }

  private:
    const std::string bytes_;
    RequestParts parts_;  ///< views of bytes_
};

}  // namespace curfew
