#include "cancel_queries.h"

#include "call.h"
#include "configure.h"
#include "db_connection.h"

#include <mysqld_error.h>

#include <string>

namespace curfew::db {

namespace {

/// The server shows a session that came over TCP with the client's address and port.
std::string condition(std::span<const Session> sessions) {
    std::string text;
    for (const Session& session : sessions) {
        text += (text.empty() ? "id = " : " OR id = ") + std::to_string(session.id);
        if (session.port != 0) text += " AND host LIKE '%:" + std::to_string(session.port) + "'";
    }
    return text;
}

/// The session rather than the statement: that may not have begun yet, and nobody is left to send
/// another one. MariaDB is asked to let what must not be interrupted come to its end.
bool end_session(Connection& connection, const Call& call, const Value& id) {
    try {
        (void)connection.run(call, "KILL /*M! SOFT */ CONNECTION " + to_text(id), {});
        return true;
    } catch (const Error& error) {
        if (error.code() != ER_NO_SUCH_THREAD) throw;
        return false;
    }
}

}  // namespace

std::size_t cancel_queries(std::span<const Session> sessions, Duration limit) {
    if (sessions.empty()) return 0;
    const auto deadline = Deadline::in(limit);
    const PatienceScope scope(
        Patience{.deadline = deadline, .parking = patience().parking, .limit = deadline});
    const DbOptions& options = backend_options().db;
    const Call call("db " + options.address, limit);
    Connection connection(options, call);
    const Result alive = connection.run(
        call, "SELECT id FROM information_schema.processlist WHERE " + condition(sessions), {});
    std::size_t ended = 0;
    for (const Values& row : alive.rows) ended += end_session(connection, call, row.at(0)) ? 1 : 0;
    return ended;
}

std::size_t cancel_queries_of(pid_t process, Duration limit) {
    RunningQueries* const table = recorded_queries();
    return table == nullptr ? 0 : cancel_queries(table->take(process), limit);
}

}  // namespace curfew::db
