// SQLite, whose busy handler waits for the lock of the database.
#include "library.h"

#include <sqlite3.h>

namespace libraries {

namespace {

struct Closed {
    void operator()(sqlite3* database) const { ::sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Closed>;

void run(sqlite3* database, const std::string& statement, std::string* answer = nullptr) {
    const auto keep = +[](void* to, int, char** values, char**) {
        if (to) *static_cast<std::string*>(to) = values[0];
        return 0;
    };
    if (::sqlite3_exec(database, statement.c_str(), keep, answer, nullptr) != SQLITE_OK) {
        throw Failed(::sqlite3_errmsg(database));
    }
}

Database open(const std::string& file) {
    sqlite3* database = nullptr;
    ::sqlite3_open(file.c_str(), &database);
    return Database(database);
}

/// With port 1 another connection has locked the file.
class Sqlite final : public Session {
  public:
    explicit Sqlite(Address at) : at_(std::move(at)) {
        if (at_.port == 0) return;
        holder_ = open(at_.host);
        run(holder_.get(), "BEGIN EXCLUSIVE");
    }

    std::string ask(const std::string& token) override {
        const auto database = open(at_.host);
        ::sqlite3_busy_timeout(database.get(), 20'000);
        run(database.get(), "CREATE TABLE IF NOT EXISTS tokens (token TEXT)");
        run(database.get(), "INSERT INTO tokens VALUES ('" + token + "')");
        std::string answer;
        run(database.get(), "SELECT token FROM tokens ORDER BY rowid DESC LIMIT 1", &answer);
        return answer;
    }

  private:
    Address at_;
    Database holder_;
};

}  // namespace

std::unique_ptr<Session> sqlite(const Address& at) { return std::make_unique<Sqlite>(at); }

}  // namespace libraries
