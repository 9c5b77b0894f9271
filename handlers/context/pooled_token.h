#pragma once

#include "call_context.h"

#include <memory>

namespace curfew {

/// A CancelToken from a pool, for one call, because a new token costs a descriptor and two system
/// calls. The scope's end clears the token and gives it back.
class PooledToken {
  public:
    PooledToken();
    ~PooledToken();
    PooledToken(const PooledToken&) = delete;
    PooledToken& operator=(const PooledToken&) = delete;

    [[nodiscard]] CancelToken& operator*() const noexcept { return *token_; }
    [[nodiscard]] CancelToken* operator->() const noexcept { return token_.get(); }

  private:
    std::unique_ptr<CancelToken> token_;
};

/// The context in force, with `token` and with a limit: `deadline`, or a sooner one that is in
/// force already. The caller must have the token raised at that `limit`, because the token of an
/// outer limit is not watched meanwhile. If no time is left, the token is raised here.
[[nodiscard]] CallContext cancelled_by(CancelToken& token, Deadline deadline) noexcept;

}  // namespace curfew
