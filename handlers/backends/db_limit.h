#pragma once

#include "../base/deadline.h"

#include <string>

namespace curfew::db {

enum class Server { mariadb, mysql };

/// A statement that carries its own time limit.
struct LimitedStatement {
    std::string sql;
    bool is_limited;  ///< MySQL limits nothing but SELECT
};

/// Makes the server end `sql` after `limit`. At least 1 ms.
[[nodiscard]] LimitedStatement with_limit(const std::string& sql, Duration limit, Server server);

/// What the server may use of the time that a call has left: somewhat less, so that its answer
/// comes before the caller stops listening.
[[nodiscard]] Duration limit_within(Duration remaining) noexcept;

}  // namespace curfew::db
