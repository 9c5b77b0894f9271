// libmysqlclient.
#include "library.h"

#include <mysql.h>

namespace libraries {

namespace {

class MySql final : public Session {
  public:
    MySql(Address at, bool tls) : at_(std::move(at)), tls_(tls) {}

    std::string ask(const std::string& token) override {
        if (!mysql_) connect();
        const std::string statement = "SELECT '" + token + "'";
        if (::mysql_query(mysql_.get(), statement.c_str()) != 0) fail();
        const std::unique_ptr<MYSQL_RES, Freed> result(::mysql_store_result(mysql_.get()));
        if (!result) fail();
        return ::mysql_fetch_row(result.get())[0];
    }

  private:
    void connect() {
        mysql_.reset(::mysql_init(nullptr));
        const my_bool enforced = tls_ ? 1 : 0;
        ::mysql_options(mysql_.get(), MYSQL_OPT_SSL_ENFORCE, &enforced);
        if (!::mysql_real_connect(mysql_.get(), at_.host.c_str(), "curfew", "curfew-demo", nullptr,
                                  static_cast<unsigned>(at_.port), nullptr, 0)) {
            fail();
        }
    }

    [[noreturn]] void fail() {
        const std::string error = ::mysql_error(mysql_.get());
        throw Failed(error);
    }

    struct Freed {
        void operator()(MYSQL* mysql) const { ::mysql_close(mysql); }
        void operator()(MYSQL_RES* result) const { ::mysql_free_result(result); }
    };

    Address at_;
    bool tls_;
    std::unique_ptr<MYSQL, Freed> mysql_;
};

}  // namespace

std::unique_ptr<Session> mysql(const Address& at) { return std::make_unique<MySql>(at, false); }
std::unique_ptr<Session> mysql_with_tls(const Address& at) {
    return std::make_unique<MySql>(at, true);
}

}  // namespace libraries
