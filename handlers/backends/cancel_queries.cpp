#include "cancel_queries.h"

#include "backend_call.h"
#include "configure.h"
#include "db_connection.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <string>

namespace curfew::db {

namespace {

constexpr unsigned seconds_to_live = 4;

/// The server shows a session that came over TCP with the client's address and port.
std::string condition(std::span<const Session> sessions) {
    std::string text;
    for (const Session& session : sessions) {
        text += (text.empty() ? "id = " : " OR id = ") + std::to_string(session.id);
        if (session.port != 0) text += " AND host LIKE '%:" + std::to_string(session.port) + "'";
    }
    return text;
}

/// MariaDB's KILL of a SLEEP() that meets another one just ending stands still for two seconds, and
/// every SLEEP() with it. So each may end before the next is killed.
void await_end_of_sleep(Connection& connection, const BackendCall& call, const Value& id) {
    const auto give_up = Deadline::in(std::chrono::milliseconds(20));
    while (!give_up.passed()) {
        const Result sleeping = connection.run(
            call,
            "SELECT id FROM information_schema.processlist WHERE id = ? AND state = 'User sleep'",
            {id});
        if (sleeping.rows.empty()) return;
    }
}

}  // namespace

std::size_t cancel_queries(std::span<const Session> sessions, Duration limit) {
    if (sessions.empty()) return 0;
    const auto deadline = Deadline::in(limit);
    const ContextScope scope(
        CallContext{.deadline = deadline, .parking = call_context().parking, .limit = deadline});
    const DbOptions& options = backend_options().db;
    const BackendCall call(Stage::db, "db " + options.address, limit);
    Connection connection(options, call);
    const Result alive = connection.run(
        call, "SELECT id, state FROM information_schema.processlist WHERE " + condition(sessions),
        {});
    std::size_t ended = 0;
    for (const Values& row : alive.rows) {
        // The session rather than the statement, which may not have begun yet: nobody is left to
        // send another one.
        ended += connection.end_session(call, to_text(row.at(0))) ? 1 : 0;
        const bool slept = row.at(1) == Value("User sleep");
        if (slept && &row != &alive.rows.back()) await_end_of_sleep(connection, call, row.at(0));
    }
    return ended;
}

std::size_t cancel_queries_or_die(std::span<const Session> sessions) {
    ::signal(SIGALRM, SIG_DFL);
    sigset_t only_this;
    sigemptyset(&only_this);
    sigaddset(&only_this, SIGALRM);
    ::sigprocmask(SIG_UNBLOCK, &only_this, nullptr);
    ::alarm(seconds_to_live);
    return cancel_queries(sessions, std::chrono::seconds(seconds_to_live - 1));
}

std::size_t cancel_queries_of(pid_t process, Duration limit) noexcept {
    RunningQueries* const table = recorded_queries();
    if (table == nullptr) return 0;
    try {
        return cancel_queries(table->take(process), limit);
    } catch (const std::exception&) {
        return 0;
    }
}

}  // namespace curfew::db
