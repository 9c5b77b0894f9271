#include "db_statement.h"

#include "db_column.h"

#include <deque>
#include <new>
#include <stdexcept>
#include <vector>

namespace curfew::db {

Statement::Statement(MYSQL* connection, const std::string& sql)
    : connection_(connection), statement_(mysql_stmt_init(connection)) {
    if (!statement_) throw std::bad_alloc();
    check(mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()) == 0);
}

void Statement::check(bool ok) const {
    if (ok) return;
    const unsigned code = mysql_stmt_errno(statement_.get());
    if (code != 0) throw Failure{code, mysql_stmt_error(statement_.get())};
    throw Failure{mysql_errno(connection_), mysql_error(connection_)};  // while rows are fetched
}

void Statement::execute(const Values& parameters) {
    const unsigned long wanted = mysql_stmt_param_count(statement_.get());
    if (wanted != parameters.size()) {
        throw std::invalid_argument("db: the statement wants " + std::to_string(wanted) +
                                    " values, not " + std::to_string(parameters.size()));
    }
    std::vector<MYSQL_BIND> binds;
    for (const Value& value : parameters) binds.push_back(bound(value));
    if (!binds.empty()) check(mysql_stmt_bind_param(statement_.get(), binds.data()) == 0);
    check(mysql_stmt_execute(statement_.get()) == 0);
}

Result Statement::result() {
    const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> columns(
        mysql_stmt_result_metadata(statement_.get()),
        [](MYSQL_RES* metadata) { mysql_free_result(metadata); });
    Result result;
    if (columns) {
        result = rows(columns.get());
    } else {
        result.affected = mysql_stmt_affected_rows(statement_.get());
        result.last_insert = mysql_stmt_insert_id(statement_.get());
    }
    skip_further_results();
    return result;
}

Result Statement::rows(MYSQL_RES* metadata) {
    const unsigned count = mysql_num_fields(metadata);
    const MYSQL_FIELD* const fields = mysql_fetch_fields(metadata);
    Result result;
    std::vector<MYSQL_BIND> binds(count);
    std::deque<Column> columns;  // a deque, because they must not move
    for (unsigned i = 0; i < count; ++i) {
        columns.emplace_back(fields[i], binds[i]);
        result.columns.emplace_back(fields[i].name, fields[i].name_length);
    }
    check(mysql_stmt_bind_result(statement_.get(), binds.data()) == 0);
    while (true) {
        const int fetched = mysql_stmt_fetch(statement_.get());
        if (fetched == MYSQL_NO_DATA) return result;
        check(fetched == 0 || fetched == MYSQL_DATA_TRUNCATED);
        Values& row = result.rows.emplace_back();
        row.reserve(count);
        for (unsigned i = 0; i < count; ++i) row.push_back(columns[i].value(statement_.get(), i));
    }
}

/// CALL of a procedure has several. The connection is of no use until all are read.
void Statement::skip_further_results() {
    mysql_stmt_free_result(statement_.get());
    int next = 0;
    while ((next = mysql_stmt_next_result(statement_.get())) == 0) {
        mysql_stmt_free_result(statement_.get());
    }
    check(next < 0);  // no more
}

}  // namespace curfew::db
