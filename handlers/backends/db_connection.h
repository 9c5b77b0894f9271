#pragma once

#include "backend_call.h"
#include "db.h"
#include "db_limit.h"
#include "options.h"
#include "places.h"
#include "running_queries.h"

#include <mysql.h>

#include <memory>
#include <string>
#include <utility>

namespace curfew::db {

struct CloseMysql {
    void operator()(MYSQL* mysql) const noexcept {
        const WithoutWaiting now;
        mysql_close(mysql);
    }
};
using Mysql = std::unique_ptr<MYSQL, CloseMysql>;

struct Failure;

/// Logs in. On failure the handle has the error, and `ok` is false.
struct Login {
    Mysql mysql;
    bool ok;
};
[[nodiscard]] Login log_in(const DbOptions& options);

/// The server has as many sessions as it allows, in all or for this user. That may pass.
class ServerIsFull : public BackendError {
  public:
    using BackendError::BackendError;
};

/// A session with the server. Not copied, not shared, used by one call at a time.
class Connection {
  public:
    /// Throws TimeoutError or BackendError, which is a ServerIsFull if that is the reason.
    Connection(const DbOptions& options, const BackendCall& call);

    /// One statement and all of its result, within the time of the call. Throws as db::query does.
    /// After a TimeoutError or a BackendError the session is broken: nothing is certain about it,
    /// and a statement that may still run in it has been cancelled.
    [[nodiscard]] Result run(const BackendCall& call, const std::string& sql,
                             const Values& parameters);

    /// Ends another session of the same user, and what runs in it. False if it is no more.
    [[nodiscard]] bool end_session(const BackendCall& call, const std::string& id);

    /// Has its place among those in use, until let_go() or its end.
    void hold(Places::Place place) noexcept { place_ = std::move(place); }
    [[nodiscard]] Places::Place let_go() noexcept { return std::exchange(place_, {}); }

    [[nodiscard]] bool is_broken() const noexcept { return broken_; }
    /// For whoever needs one next: as it was after login, for all that the server tells.
    [[nodiscard]] bool is_reusable() const noexcept;
    /// An idle session has nothing to say: if there is something to read, it is its end.
    [[nodiscard]] bool is_silent() const noexcept;

  private:
    [[noreturn]] void fail(const BackendCall& call, const Failure& failure);
    void cancel();

    const DbOptions& options_;
    Places::Place place_;  // given up once the session is closed
    Mysql mysql_;
    Session session_;
    Server server_ = Server::mariadb;
    bool broken_ = false;
    Deadline ends_by_itself_ = Deadline::never();  ///< when the server stops the statement
};

}  // namespace curfew::db
