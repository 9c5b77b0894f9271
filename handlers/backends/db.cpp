#include "db.h"

#include "backend_call.h"
#include "configure.h"
#include "db_connection.h"
#include "places.h"
#include "pool.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace curfew::db {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// Never destroyed: a thread that was given up may use it until the process ends.
Pool<std::unique_ptr<Connection>>& pool() {
    static auto& pool = *new Pool<std::unique_ptr<Connection>>;
    return pool;
}

/// Never destroyed, likewise.
Places& places() {
    static auto& places = *new Places("db_connections");
    return places;
}

std::string pool_key() {
    const DbOptions& options = backend_options().db;
    return options.address + ' ' + options.user + ' ' + options.database;
}

BackendCall new_call() {
    const DbOptions& options = backend_options().db;
    return {Stage::db, "db " + options.address, options.timeout};
}

/// Null: none that is still good waits in the pool.
std::unique_ptr<Connection> idle() {
    auto connection = pool().take(pool_key());
    while (connection && !connection->is_silent()) connection = pool().take(pool_key());
    return connection;
}

/// Not sleep_for(), which would sleep on after the caller's limit.
void rest(const BackendCall& call, milliseconds time) {
    const BackendCall::Pause pause(call, "waits until the server has a connection free");
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

/// One that waits in the pool, or a new one. If the server has none free, which other workers and
/// programs may have caused, it is asked again for as long as a connection may take to come about.
/// One that is given back meanwhile will do as well.
std::unique_ptr<Connection> find(const BackendCall& call) {
    const DbOptions& options = backend_options().db;
    const auto give_up = Deadline::in(options.connect_timeout);
    for (auto pause = 5ms;; pause = std::min(2 * pause, 100ms)) {
        if (auto connection = idle()) return connection;
        try {
            return std::make_unique<Connection>(options, call);
        } catch (const ServerIsFull&) {
            if (give_up.passed()) throw;
        }
        rest(call, pause);
    }
}

/// If there are enough already, the next to be given back.
std::unique_ptr<Connection> obtain(const BackendCall& call) {
    auto place = places().take(backend_options().db.connections, call);
    auto connection = find(call);
    connection->hold(std::move(place));
    return connection;
}

void give_back(std::unique_ptr<Connection> connection) {
    if (!connection->is_reusable()) return;
    // A call that has waited for its place finds the connection in the pool.
    const Places::Place place = connection->let_go();
    pool().put(pool_key(), std::move(connection), backend_options().db.pool);
}

}  // namespace

Result query(const std::string& sql, const Values& parameters) {
    const BackendCall call = new_call();
    auto connection = obtain(call);
    try {
        Result result = connection->run(call, sql, parameters);
        give_back(std::move(connection));
        return result;
    } catch (...) {
        // A statement that was refused has done no harm to the session.
        if (connection) give_back(std::move(connection));
        throw;
    }
}

std::string to_text(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* real = std::get_if<double>(&value)) {
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real).ptr;
        return {digits.data(), end};
    }
    return "NULL";
}

Transaction::Transaction() {
    const BackendCall call = new_call();
    connection_ = obtain(call);
    static_cast<void>(connection_->run(call, "START TRANSACTION", {}));
}

Transaction::~Transaction() {
    if (!connection_ || connection_->is_broken()) return;
    try {
        const BackendCall call = new_call();
        static_cast<void>(connection_->run(call, "ROLLBACK", {}));
        give_back(std::move(connection_));
    } catch (const std::exception&) {
        // The connection is closed, and the server rolls back.
    }
}

Result Transaction::query(const std::string& sql, const Values& parameters) {
    const BackendCall call = new_call();
    if (!connection_) call.fail(BackendError::Kind::protocol, "the transaction is over");
    return connection_->run(call, sql, parameters);
}

void Transaction::commit() {
    const BackendCall call = new_call();
    if (!connection_) call.fail(BackendError::Kind::protocol, "the transaction is over");
    static_cast<void>(connection_->run(call, "COMMIT", {}));
    give_back(std::move(connection_));
}

}  // namespace curfew::db
