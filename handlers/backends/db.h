#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Statements for MariaDB or MySQL. A call blocks, but never longer than the handler's deadline and
/// the configured `[db] timeout`. The database server is told the limit, and stops the statement by
/// then as well. query() and transaction() are safe from any thread; on a fiber a call parks the
/// fiber only.
///
/// Each function throws TimeoutError (504) when the caller's time is up, BackendError (502) if
/// there is no answer for another reason, and Error if the server refuses the statement.
namespace curfew::db {

/// NULL, a whole number, a floating-point number, or text or bytes. Numbers that fit neither
/// exactly (DECIMAL, and BIGINT UNSIGNED from 2^63), dates and times are text.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;
using Values = std::vector<Value>;

struct Result {
    std::vector<std::string> columns;
    std::vector<Values> rows;       ///< each as long as `columns`
    std::uint64_t affected = 0;     ///< rows that were changed, if there are no columns
    std::uint64_t last_insert = 0;  ///< the AUTO_INCREMENT value of the first inserted row

    template <typename Archive>
    void serialize(Archive& archive) {
        archive(columns, rows, affected, last_insert);
    }
};

/// The server has refused a statement: a mistake in it, a duplicate key, a deadlock. It is not an
/// HttpError, so the client gets 500, and only the log has the text.
class Error : public std::runtime_error {
  public:
    Error(unsigned code, const std::string& message) : std::runtime_error(message), code_(code) {}

    /// The server's number for it: 1062 is a duplicate key, 1213 a deadlock.
    [[nodiscard]] unsigned code() const noexcept { return code_; }

  private:
    unsigned code_;
};

/// Runs one statement, with a value for each `?` in it; throws std::invalid_argument if their
/// number is wrong. Consecutive statements may use different connections: what one of them leaves
/// behind in its connection (a variable, a lock, a temporary table), the next does not find.
Result query(const std::string& sql, const Values& parameters = {});

/// The value as text: NULL, 12, 0.5, or the text as it is.
[[nodiscard]] std::string to_text(const Value& value);

class Connection;

/// Statements that take effect together; see transaction() below. To be used by one thread at a
/// time.
class Transaction {
  public:
    Transaction();
    /// Rolls back what was not committed. If that takes longer than the caller's time, the
    /// connection is closed instead, upon which the server rolls back.
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// As db::query. After a TimeoutError, a BackendError or a deadlock nothing more can be done
    /// in this transaction: the server has rolled it back, or will.
    Result query(const std::string& sql, const Values& parameters = {});
    void commit();

  private:
    std::unique_ptr<Connection> connection_;  ///< null once the transaction is over
};

/// Runs `function(Transaction&)`, commits, and returns what it returned. If it throws, nothing has
/// happened. If the commit itself ends in a TimeoutError, nobody knows which.
template <typename Function>
auto transaction(Function&& function) {
    Transaction transaction;
    if constexpr (std::is_void_v<std::invoke_result_t<Function&, Transaction&>>) {
        std::forward<Function>(function)(transaction);
        transaction.commit();
    } else {
        auto result = std::forward<Function>(function)(transaction);
        transaction.commit();
        return result;
    }
}

}  // namespace curfew::db
