#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libraries {

/// What a library says when it could not get an answer.
class Failed : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A connection as programs have it that use the library: with its blocking functions, and without
/// timeouts of the library's own.
class Session {
  public:
    virtual ~Session() = default;

    /// What the server answers, which is `token`. Connects first if there is no connection yet.
    /// Throws Failed.
    virtual std::string ask(const std::string& token) = 0;
};

struct Address {
    std::string host;
    int port = 0;
};

/// Sessions with the server there; none of them calls it. For SQLite the host is the file.
std::unique_ptr<Session> redis(const Address& at);
std::unique_ptr<Session> postgres(const Address& at);
std::unique_ptr<Session> web(const Address& at);
std::unique_ptr<Session> memcached(const Address& at);
std::unique_ptr<Session> mysql(const Address& at);
std::unique_ptr<Session> mysql_with_tls(const Address& at);
std::unique_ptr<Session> amqp(const Address& at);
std::unique_ptr<Session> sqlite(const Address& at);

}  // namespace libraries
