#pragma once

#include "handlers/backends/options.h"
#include "handlers/base/deadline.h"
#include "handlers/base/harakiri.h"
#include "handlers/timeouts/fibers/fiber_stacks.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace curfew::worker {

/// How a worker runs handlers.
enum class Class {
    sync,     ///< one request at a time, on the event loop
    threads,  ///< a pool of threads; the loop stays free
    fiber,    ///< a fiber for each request; waits let the loop go on
};

/// One `[[route]]` table: what the file says over the code's own limits.
struct RouteOverride {
    std::string pattern;
    std::optional<Duration> limit;
    std::optional<Duration> harakiri;
    std::string strategy;                        ///< empty: the code's own
    std::optional<Duration> slow_request_limit;  ///< zero: off
    std::string where;                           ///< "conf/curfew.toml:12:1", for messages
    std::optional<Duration> cpu_limit = {};      ///< zero: none
    std::optional<Harakiri> harakiri_mode = {};
};

/// What a worker reads of the configuration. Each default here is the default of the option. It has
/// more than 20 members, because each is one option, and the names of the options are flat, too.
struct Options {
    std::string app;
    Class worker_class = Class::sync;
    int threads = 1;
    std::size_t fiber_stack = FiberStacks::usual_size;  ///< bytes
    int helpers = 0;
    int worker_connections = 1000;
    int client_connections = 0;    ///< of them, of one address; 0: any number
    int max_requests = 0;          ///< 0: never recycled
    int max_requests_jitter = 0;   ///< up to so many more, different in each worker
    std::size_t memory_limit = 0;  ///< bytes; 0: never recycled for that
    int max_abandoned = 16;        ///< threads that strategy `thread` left behind; 0: any number

    Duration timeout = std::chrono::seconds(30);     ///< harakiri; zero: off
    Duration slow_request_limit = Duration::zero();  ///< zero: off
    Harakiri harakiri = Harakiri::on;
    int circuit_breaker = 50;  ///< percent of the pool that one route may cost; 0: any number
    Duration circuit_breaker_window = std::chrono::minutes(1);
    Duration cpu_limit = Duration::zero();                ///< zero: off
    Duration harakiri_ceiling = std::chrono::minutes(5);  ///< zero: nobody may extend
    Duration graceful_timeout = std::chrono::seconds(30);
    Duration keepalive = std::chrono::seconds(5);  ///< zero: close after each response
    Duration header_timeout = std::chrono::seconds(15);
    Duration body_timeout = std::chrono::seconds(30);
    std::size_t body_min_rate = 500;  ///< bytes per second, over each body_timeout; 0: any
    Duration write_timeout = std::chrono::seconds(30);
    std::string timeout_header = "Request-Timeout";  ///< the client's own limit; empty: none
    /// Whose X-Request-Start is believed, beside that of peers over Unix sockets.
    std::vector<std::string> forwarded_allow_ips = {"127.0.0.1", "::1"};
    Duration max_queue_time = std::chrono::seconds(30);  ///< what it may say

    std::size_t limit_request_line = 8190;
    std::size_t limit_request_fields = 100;
    std::size_t limit_request_field_size = 8190;
    std::size_t limit_request_body = 10 << 20;

    std::string access_logfile = "none";  ///< or a file, or what log_file.h knows
    std::string access_log_format =
        R"(%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s")";

    BackendOptions backends;

    std::vector<RouteOverride> routes;
};

}  // namespace curfew::worker
