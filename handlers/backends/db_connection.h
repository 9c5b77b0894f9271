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

/// A login. If it has failed, the handle has the error, and `ok` is false.
struct Login {
    Mysql mysql;
    bool ok;
};
[[nodiscard]] Login log_in(const DbOptions& options);

/// The server has as many sessions as it allows, in total or for this user. This may be over soon.
class ServerIsFull : public BackendError {
  public:
    using BackendError::BackendError;
};

/// A session with the server. It cannot be copied, and is used by one call at a time.
class Connection {
  public:
    /// Throws TimeoutError or BackendError, which is a ServerIsFull if that is the reason.
    Connection(const DbOptions& options, const BackendCall& call);

    /// Runs a statement and reads its complete result within the time of the call. Throws as
    /// db::query does. After a TimeoutError or a BackendError the session is broken, because its
    /// state is unknown; a statement that may still run in it has been cancelled.
    [[nodiscard]] Result run(const BackendCall& call, const std::string& sql,
                             const Values& parameters);

    /// Ends another session of the same user, with the statement that runs in it. False if there is
    /// no such session.
    [[nodiscard]] bool end_session(const BackendCall& call, const std::string& id);

    /// Takes over the right to be in use, until let_go() or the end of this object.
    void hold(Places::Place place) noexcept { place_ = std::move(place); }
    [[nodiscard]] Places::Place let_go() noexcept { return std::exchange(place_, {}); }

    [[nodiscard]] bool is_broken() const noexcept { return broken_; }
    /// Whether another call may use the session: it is as it was after login, as far as the server
    /// tells.
    [[nodiscard]] bool is_reusable() const noexcept;
    /// The server sends nothing in an idle session, so if there is something to read, the session
    /// has ended.
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
