#pragma once

#include "db.h"

#include <mysql.h>

namespace curfew::db {

/// Where the library puts a value of the row that it fetches. Must not move while it is bound.
class Column {
  public:
    /// `bind`: one element of the array that goes to mysql_stmt_bind_result.
    Column(const MYSQL_FIELD& field, MYSQL_BIND& bind) noexcept;
    Column(const Column&) = delete;
    Column& operator=(const Column&) = delete;

    /// That of the row fetched last; `index` is this column's.
    [[nodiscard]] Value value(MYSQL_STMT* statement, unsigned index) const;

  private:
    [[nodiscard]] std::string text(MYSQL_STMT* statement, unsigned index) const;

    enum class Kind { integer, natural, real, text };
    static Kind kind_of(const MYSQL_FIELD& field) noexcept;

    Kind kind_;
    long long number_ = 0;
    double real_ = 0;
    unsigned long length_ = 0;
    my_bool is_null_ = 0;
    my_bool is_cut_ = 0;
};

/// The opposite: a value for a `?`, which must outlive the execution.
[[nodiscard]] MYSQL_BIND bound(const Value& value) noexcept;

}  // namespace curfew::db
