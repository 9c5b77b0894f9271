#pragma once

#include "../base/deadline.h"

#include <cstddef>
#include <string>
#include <vector>

namespace curfew {

// What the backends read of the configuration. Each default here is the default of the option.
// A `timeout` is for a whole call, however many waits it has, and holds beside the deadline of the
// handler: the sooner one counts. A `pool` is how many idle connections a worker keeps, and
// `connections` how many it has in use at a time, 0 if any number.

struct HttpOptions {
    Duration timeout = std::chrono::seconds(30);
    Duration connect_timeout = std::chrono::seconds(5);
    int pool = 16;
    std::size_t limit_response = 10 << 20;           ///< bytes, of head and body together
    std::string timeout_header = "Request-Timeout";  ///< empty: not sent
};

struct CacheOptions {
    std::vector<std::string> servers = {"127.0.0.1:11211"};  ///< as parse_upstream takes them
    Duration timeout = std::chrono::seconds(1);
    Duration connect_timeout = std::chrono::milliseconds(500);
    int pool = 16;
    int connections = 128;
};

struct DbOptions {
    std::string address = "127.0.0.1:3306";  ///< as parse_upstream takes it
    std::string user = "curfew";
    std::string password;
    std::string password_file;  ///< its first line is the password; empty: there is none
    std::string database = "curfew";
    Duration timeout = std::chrono::seconds(30);
    Duration connect_timeout = std::chrono::seconds(5);
    int pool = 16;
    int connections = 16;

    friend bool operator==(const DbOptions&, const DbOptions&) = default;
};

struct BackendOptions {
    HttpOptions http;
    CacheOptions cache;
    DbOptions db;
};

}  // namespace curfew
