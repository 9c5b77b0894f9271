#include "master/config/declarations.h"
#include "master/config/option_checks.h"
#include "master/config/units.h"

namespace curfew::master {

using namespace std::chrono_literals;

namespace {

void declare_http(HttpOptions& c, OptionTable& option) {
    option.group({"Calls over HTTP", "http"});
    option("--http-timeout", c.timeout, Span{10ms, 24h},
           "Time for a call; the deadline of the handler holds beside it");
    option("--http-connect-timeout", c.connect_timeout, Span{10ms, 24h},
           "Time for a connection to come about, the look-up of its name included");
    option("--http-pool", c.pool, Count{0, 1000}, "Idle connections that a worker keeps; 0: none");
    option("--http-limit-response", c.limit_response, Size{kib, 64 * gib},
           "Bytes in a response; one with more is an error");
    option("--http-timeout-header", c.timeout_header, Text{"NAME", check_field_name},
           "The header field that tells the called server how many seconds are left; empty: none");
}

void declare_cache(CacheOptions& c, OptionTable& option) {
    option.group({"Cache", "cache"});
    option("--cache-servers", c.servers, Text{"ADDRESS", check_upstream},
           "Where memcached listens: HOST:PORT, [::1]:PORT or unix:PATH. The time of a call "
           "includes looking up a name. Repeat the flag for more, among which the keys are shared "
           "out; in a variable they are separated by commas");
    option("--cache-timeout", c.timeout, Span{10ms, 24h},
           "Time for a call; the deadline of the handler holds beside it");
    option("--cache-connect-timeout", c.connect_timeout, Span{10ms, 24h},
           "Time for a connection to come about");
    option("--cache-pool", c.pool, Count{0, 1000}, "Idle connections that a worker keeps; 0: none");
    option("--cache-connections", c.connections, Count{1, 100'000, true},
           "Connections that a worker has in use at a time; calls beyond wait for one, within "
           "their limits; 0: any number");
}

void declare_db(DbOptions& c, OptionTable& option) {
    option.group({"Database", "db",
                  "If a worker dies for any reason, its running queries are cancelled on the "
                  "database server at once, over an additional connection: the database server "
                  "should allow one connection more than the workers use. Behind a proxy that "
                  "changes the ports of connections, queries are not cancelled, and end by their "
                  "time limit."});
    option("--db-address", c.address, Text{"ADDRESS", check_upstream},
           "Where MariaDB or MySQL listens: HOST:PORT, [::1]:PORT or unix:PATH. The time of a "
           "call includes looking up a name");
    option("--db-user", c.user, Text{"USER"}, "The user to log in as");
    option("--db-password", c.password, Text{"PASSWORD"},
           "The password. Other users can see a flag in the list of processes: use the file, the "
           "variable or the next option instead");
    option("--db-password-file", c.password_file, Text{"FILE"},
           "Its first line is the password; workers read it when they start. Empty: none");
    option("--db-database", c.database, Text{"NAME"}, "The database; empty: none");
    option("--db-timeout", c.timeout, Span{10ms, 24h},
           "Time for a statement; the deadline of the handler holds beside it");
    option("--db-connect-timeout", c.connect_timeout, Span{10ms, 24h},
           "Time for a connection to come about");
    option("--db-pool", c.pool, Count{0, 1000}, "Idle connections that a worker keeps; 0: none");
    option("--db-connections", c.connections, Count{1, 100'000, true},
           "Connections that a worker has in use at a time, transactions that are open included; "
           "calls beyond wait for one, within their limits. This number times the number of "
           "workers should be less than the database server's max_connections; 0: any number",
           "If the database server itself has no connection free, a call asks it again until "
           "connect_timeout is over, or its own limit. A handler that needs a second connection "
           "while it has a transaction open can cause a deadlock: it waits until its limit, for "
           "itself or for other handlers that do the same.");
}

}  // namespace

void declare_backends(BackendOptions& c, OptionTable& option) {
    declare_http(c.http, option);
    declare_cache(c.cache, option);
    declare_db(c.db, option);
}

}  // namespace curfew::master
