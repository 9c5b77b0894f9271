#pragma once

#include "db.h"

#include <mysql.h>

#include <memory>
#include <string>

namespace curfew::db {

/// What the library says of a failure.
struct Failure {
    unsigned code;
    std::string message;
};

/// One prepared statement of a connection, which outlives it.
class Statement {
  public:
    /// Every function throws Failure.
    Statement(MYSQL* connection, const std::string& sql);

    /// std::invalid_argument if it wants another number of values.
    void execute(const Values& parameters);

    /// Everything that execute() brought about. Once.
    [[nodiscard]] Result result();

  private:
    void check(bool ok) const;
    [[nodiscard]] Result rows(MYSQL_RES* columns);
    void skip_further_results();

    struct Close {
        void operator()(MYSQL_STMT* statement) const noexcept { mysql_stmt_close(statement); }
    };
    MYSQL* connection_;
    std::unique_ptr<MYSQL_STMT, Close> statement_;
};

}  // namespace curfew::db
