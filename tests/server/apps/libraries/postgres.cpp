// libpq.
#include "library.h"

#include <libpq-fe.h>

namespace libraries {

namespace {

class Postgres final : public Session {
  public:
    explicit Postgres(const Address& at)
        : options_("host=" + at.host + " port=" + std::to_string(at.port) +
                   " user=u dbname=d sslmode=disable gssencmode=disable") {}

    std::string ask(const std::string& token) override {
        if (!connection_) connection_.reset(::PQconnectdb(options_.c_str()));
        check(::PQstatus(connection_.get()) == CONNECTION_OK);
        const std::string statement = "SELECT '" + token + "'";
        const std::unique_ptr<PGresult, Freed> result(
            ::PQexec(connection_.get(), statement.c_str()));
        check(::PQresultStatus(result.get()) == PGRES_TUPLES_OK);
        return ::PQgetvalue(result.get(), 0, 0);
    }

  private:
    void check(bool holds) const {
        if (!holds) throw Failed(::PQerrorMessage(connection_.get()));
    }

    struct Freed {
        void operator()(PGconn* connection) const { ::PQfinish(connection); }
        void operator()(PGresult* result) const { ::PQclear(result); }
    };

    std::string options_;
    std::unique_ptr<PGconn, Freed> connection_;
};

}  // namespace

std::unique_ptr<Session> postgres(const Address& at) { return std::make_unique<Postgres>(at); }

}  // namespace libraries
