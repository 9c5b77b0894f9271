#include "db_connection.h"

#include "db_statement.h"
#include "upstream.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>

namespace curfew::db {

namespace {

using std::chrono::milliseconds;
using Kind = BackendError::Kind;

constexpr auto server_is_full = "it has as many connections as it allows";
constexpr unsigned mysql_query_timeout = 3024;  // ER_QUERY_TIMEOUT, which MariaDB's header lacks

/// For what has to be done after the caller's context has expired.
class BriefContext {
  public:
    BriefContext() noexcept
        : scope_({.deadline = Deadline::in(milliseconds(50)), .parking = call_context().parking}) {}

  private:
    ContextScope scope_;
};

/// The library's own errors, and the server's about the session rather than the statement.
bool is_of_connection(unsigned code) noexcept {
    return (code >= CR_MIN_ERROR && code <= CR_MAX_ERROR) || code == ER_SERVER_SHUTDOWN ||
           code == ER_CONNECTION_KILLED || code == ER_QUERY_INTERRUPTED;
}

bool is_time_limit(unsigned code) noexcept {
    return code == ER_STATEMENT_TIMEOUT || code == mysql_query_timeout;
}

/// The library's message has the errno in parentheses, but for TCP always EINPROGRESS, whatever
/// came of it: nearly always ECONNREFUSED.
Kind kind_of_connect_error(std::string_view message) noexcept {
    for (const auto* refused : {"(2)", "(111)", "(115)"}) {
        if (message.ends_with(refused)) return Kind::refused;
    }
    return Kind::unreachable;
}

/// "10.0.0.7:56108"; 0 if that is no address with a port.
std::uint16_t port_in(std::string_view host) noexcept {
    const auto colon = host.rfind(':');
    if (colon == std::string_view::npos) return 0;
    std::uint16_t port = 0;
    std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
    return port;
}

/// The server itself is asked where it sees us: a proxy or a translation of addresses on the way
/// has a port of its own. Nothing if the session is of no use.
std::optional<Session> session_of(MYSQL* mysql) {
    constexpr std::string_view question(
        "SELECT host FROM information_schema.processlist WHERE id = CONNECTION_ID()");
    if (mysql_real_query(mysql, question.data(), question.size()) != 0) return {};
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(mysql),
                                                                          &mysql_free_result);
    if (!result) return {};
    Session session{.id = static_cast<std::uint32_t>(mysql_thread_id(mysql))};
    const MYSQL_ROW row = mysql_fetch_row(result.get());
    if (row && row[0]) session.port = port_in(row[0]);
    return session;
}

/// A user of its own bound exceeds it by ER_USER_LIMIT_REACHED, as it does bounds on other things.
bool is_of_full_server(unsigned code, std::string_view message) noexcept {
    if (code == ER_USER_LIMIT_REACHED) return message.find("connections") != message.npos;
    return code == ER_CON_COUNT_ERROR || code == ER_TOO_MANY_USER_CONNECTIONS;
}

[[noreturn]] void fail_login(const BackendCall& call, MYSQL* mysql) {
    const unsigned code = mysql_errno(mysql);
    if (is_of_full_server(code, mysql_error(mysql))) {
        if (call.is_over()) call.time_out(server_is_full);
        throw ServerIsFull(call.upstream() + ": " + server_is_full, Kind::refused);
    }
    switch (code) {
        case CR_CONNECTION_ERROR:
        case CR_CONN_HOST_ERROR:
            call.fail(kind_of_connect_error(mysql_error(mysql)), "no connection");
        case CR_UNKNOWN_HOST:
            call.fail(Kind::unreachable, "the name is unknown");
        case ER_ACCESS_DENIED_ERROR:
        case ER_DBACCESS_DENIED_ERROR:
        case ER_BAD_DB_ERROR:
            call.fail(Kind::refused, "no login (error " + std::to_string(code) + ")");
        default:
            call.fail(Kind::protocol, "no login (error " + std::to_string(code) + ")");
    }
}

}  // namespace

Login log_in(const DbOptions& options) {
    static std::once_flag once;
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
    Mysql mysql(mysql_init(nullptr));
    if (!mysql) throw std::bad_alloc();
    mysql_options(mysql.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
    const unsigned no = 0;  // else the server could ask for any file that we can read
    mysql_options(mysql.get(), MYSQL_OPT_LOCAL_INFILE, &no);
    const auto connect = static_cast<unsigned>(std::max<long>(
        std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count(), 1));
    mysql_options(mysql.get(), MYSQL_OPT_CONNECT_TIMEOUT, &connect);

    const Upstream upstream = parse_upstream(options.address);
    const bool is_unix = !upstream.path.empty();
    const auto* const connected = mysql_real_connect(
        mysql.get(), is_unix ? nullptr : upstream.host.c_str(), options.user.c_str(),
        options.password.c_str(), options.database.empty() ? nullptr : options.database.c_str(),
        upstream.port, is_unix ? upstream.path.c_str() : nullptr, 0);
    return {std::move(mysql), connected != nullptr};
}

Connection::Connection(const DbOptions& options, const BackendCall& call) : options_(options) {
    const auto limit = Deadline::in(options.connect_timeout);
    bool ok = false;
    {
        const ContextScope scope(limit);
        Login login = log_in(options);
        mysql_ = std::move(login.mysql);
        const auto session = login.ok ? session_of(mysql_.get()) : std::nullopt;
        ok = session.has_value();
        session_ = session.value_or(Session{});
    }
    if (!ok && limit.passed()) call.fail(Kind::timed_out, "no connection");
    if (!ok) fail_login(call, mysql_.get());
    const std::string_view version = mysql_get_server_info(mysql_.get());
    const bool is_mariadb = version.find("MariaDB") != std::string_view::npos;
    server_ = is_mariadb ? Server::mariadb : Server::mysql;
}

Result Connection::run(const BackendCall& call, const std::string& sql, const Values& parameters) {
    if (broken_) call.fail(Kind::protocol, "the session is over");
    const Duration limit = limit_within(call.remaining());
    const LimitedStatement limited = with_limit(sql, limit, server_);
    ends_by_itself_ = limited.is_limited ? Deadline::in(limit) : Deadline::never();
    broken_ = true;  // until it is known to be not
    const RunningQuery running(session_);
    try {
        Statement statement(mysql_.get(), limited.sql);
        statement.execute(parameters);
        Result result = statement.result();
        broken_ = false;
        return result;
    } catch (const Failure& failure) {
        fail(call, failure);
    } catch (const std::invalid_argument&) {
        broken_ = false;
        throw;
    }
}

bool Connection::end_session(const BackendCall& call, const std::string& id) {
    // MariaDB is asked to let what must not be interrupted come to its end.
    const auto kill = "KILL /*M! SOFT */ CONNECTION " + id;
    if (mysql_real_query(mysql_.get(), kill.data(), kill.size()) == 0) return true;
    const unsigned code = mysql_errno(mysql_.get());
    if (code == ER_NO_SUCH_THREAD) return false;
    fail(call, {code, mysql_error(mysql_.get())});
}

void Connection::fail(const BackendCall& call, const Failure& failure) {
    if (is_time_limit(failure.code)) call.time_out();
    if (is_of_connection(failure.code)) {
        if (call.is_over()) cancel();
        call.fail(Kind::protocol,
                  "the session is lost (error " + std::to_string(failure.code) + ")");
    }
    // After a deadlock the server has rolled back, and what follows would be outside of the
    // transaction that the caller believes to be in.
    broken_ = failure.code == ER_LOCK_DEADLOCK;
    throw Error(failure.code, "db: error " + std::to_string(failure.code) + ": " + failure.message);
}

/// Nobody waits for the statement any more, so the server should not go on with it. It ends by
/// itself if it has a limit; else it is told over another connection, as this one is busy.
void Connection::cancel() {
    constexpr milliseconds soon(20);
    if (ends_by_itself_ < Deadline::in(soon)) return;
    const BriefContext brief;
    const Login side = log_in(options_);
    if (!side.ok) return;
    const auto kill = "KILL QUERY " + std::to_string(mysql_thread_id(mysql_.get()));
    mysql_real_query(side.mysql.get(), kill.data(), kill.size());
}

bool Connection::is_reusable() const noexcept {
    const unsigned status = mysql_->server_status;
    return !broken_ && (status & SERVER_STATUS_IN_TRANS) == 0 &&
           (status & SERVER_STATUS_AUTOCOMMIT) != 0;
}

bool Connection::is_silent() const noexcept {
    char byte = 0;
    const auto count = ::recv(mysql_get_socket(mysql_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace curfew::db
