#include "master/config/config.h"

#include "handlers/backends/upstream.h"
#include "handlers/http/headers.h"
#include "master/config/combinations.h"
#include "master/config/config_file.h"
#include "master/config/config_text.h"
#include "master/config/flags.h"
#include "master/config/layers.h"
#include "master/config/option_table.h"
#include "master/config/route_tables.h"
#include "master/config/text.h"
#include "master/config/units.h"
#include "master/os/sockets.h"
#include "master/config/version.h"
#include "worker/access_log/log_format.h"
#include "worker/http/trusted_peers.h"

#include <stdexcept>

namespace curfew::master {

namespace {

using namespace std::chrono_literals;

constexpr int many = 1'000'000'000;
constexpr std::size_t kib = 1 << 10;
constexpr std::size_t mib = 1 << 20;
constexpr std::size_t gib = 1 << 30;

void not_empty(const std::string& text) {
    if (text.empty()) throw std::invalid_argument("must not be empty");
}

void address(const std::string& text) {
    try {
        static_cast<void>(parse_bind(text));
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(in_quotes(text) + ": " + error.what());
    }
}

void octal(const std::string& text) {
    if (!text.empty()) static_cast<void>(parse_umask(text));
}

void log_format(const std::string& text) {
    if (text != "json") static_cast<void>(worker::compile_log_format(text));
}

void upstream(const std::string& text) { static_cast<void>(parse_upstream(text)); }

void proxy(const std::string& text) { worker::TrustedPeers::check(text); }

void field_name(const std::string& text) {
    if (!text.empty() && !is_token(text)) {
        throw std::invalid_argument(in_quotes(text) + " is not the name of a header field");
    }
}

void backend_options(BackendOptions& c, OptionTable& option) {
    option.group("Calls over HTTP", "http");
    option("--http-timeout", c.http.timeout, Span{10ms, 24h},
           "Time for a call; the deadline of the handler holds beside it");
    option("--http-connect-timeout", c.http.connect_timeout, Span{10ms, 24h},
           "Time for a connection to come about, the look-up of its name included");
    option("--http-pool", c.http.pool, Count{0, 1000},
           "Idle connections that a worker keeps; 0: none");
    option("--http-limit-response", c.http.limit_response, Size{kib, 64 * gib},
           "Bytes in a response; one with more is an error");
    option("--http-timeout-header", c.http.timeout_header, Text{"NAME", field_name},
           "The header field that tells the called server how many seconds are left; empty: none");

    option.group("Cache", "cache");
    option("--cache-servers", c.cache.servers, Text{"ADDRESS", upstream},
           "Where memcached listens: HOST:PORT, [::1]:PORT or unix:PATH. The time of a call "
           "includes looking up a name. Repeat the flag for more, among which the keys are shared "
           "out; in a variable they are separated by commas");
    option("--cache-timeout", c.cache.timeout, Span{10ms, 24h},
           "Time for a call; the deadline of the handler holds beside it");
    option("--cache-connect-timeout", c.cache.connect_timeout, Span{10ms, 24h},
           "Time for a connection to come about");
    option("--cache-pool", c.cache.pool, Count{0, 1000},
           "Idle connections that a worker keeps; 0: none");
    option("--cache-connections", c.cache.connections, Count{1, 100'000, true},
           "Connections that a worker has in use at a time; calls beyond wait for one, within "
           "their limits; 0: any number");

    option.group("Database", "db");
    option("--db-address", c.db.address, Text{"ADDRESS", upstream},
           "Where MariaDB or MySQL listens: HOST:PORT, [::1]:PORT or unix:PATH. The time of a "
           "call includes looking up a name");
    option("--db-user", c.db.user, Text{"USER"}, "Who to log in as");
    option("--db-password", c.db.password, Text{"PASSWORD"},
           "With which password. As a flag, others can see it in the list of processes: better the "
           "file, the variable or the next option");
    option("--db-password-file", c.db.password_file, Text{"FILE"},
           "Its first line is the password; workers read it when they start. Empty: none");
    option("--db-database", c.db.database, Text{"NAME"}, "The database; empty: none");
    option("--db-timeout", c.db.timeout, Span{10ms, 24h},
           "Time for a statement; the deadline of the handler holds beside it");
    option("--db-connect-timeout", c.db.connect_timeout, Span{10ms, 24h},
           "Time for a connection to come about");
    option("--db-pool", c.db.pool, Count{0, 1000}, "Idle connections that a worker keeps; 0: none");
    option("--db-connections", c.db.connections, Count{1, 100'000, true},
           "Connections that a worker has in use at a time, transactions that are open included; "
           "calls beyond wait for one, within their limits. Times the workers, it should be less "
           "than the server's max_connections; 0: any number");
}

/// Every option, once. Its help must not say its default or its range: both are added.
OptionTable table_of(Options& c) {
    using worker::Class;
    const Choice<Class> classes{
        {"sync", Class::sync}, {"threads", Class::threads}, {"fiber", Class::fiber}};
    const Choice<std::string> levels{{"debug", "debug"},     {"info", "info"},
                                     {"warning", "warning"}, {"warn", "warning"},
                                     {"error", "error"},     {"critical", "critical"}};
    const Choice<Retry> retries{
        {"never", Retry::never}, {"killed", Retry::killed}, {"always", Retry::always}};
    const Choice<Harakiri> modes{
        {"off", Harakiri::off}, {"log", Harakiri::log}, {"on", Harakiri::on}};
    worker::Options& w = c.worker;
    OptionTable option;
    option.group("Server");
    option("-c,--config", c.config_file, Text{"FILE"}, "Read this TOML file first").in_file = false;
    option("-a,--app", w.app, Text{"APP"},
           "The application, a shared object: its path, or a bare name; the argument APP says the "
           "same");
    option(
        "-b,--bind", c.bind, Text{"ADDRESS", address},
        "Where to listen: HOST:PORT, [::1]:PORT, :PORT for every address, or "
        "unix:PATH[,mode=0660]. A name stands for all of its addresses: localhost is 127.0.0.1 "
        "and, if there is IPv6, ::1. Repeat the flag for more; in a variable they are separated by "
        "commas");
    option("--backlog", c.backlog, Count{1, 65535},
           "Connections that may wait to be accepted, for each address");

    option.group("Workers");
    option("-w,--workers", c.workers, Count{1, 512}, "Worker processes");
    option("-k,--worker-class", w.worker_class, classes,
           "How a worker runs handlers: one at a time, in a pool of threads, or each on a fiber, "
           "whose "
           "waits let the others go on");
    option("--threads", w.threads, Count{1, 256},
           "Handlers at a time in one worker. More than one means worker class threads");
    option("--fiber-stack", w.fiber_stack, Size{32 * kib, gib},
           "Bytes of stack for a handler in worker class fiber");
    option("--helpers", w.helpers, Count{0, 256},
           "Warm child processes in each worker, for strategy process; 0: none");
    option(
        "--worker-connections", w.worker_connections, Count{1, 65536},
        "Connections at a time in one worker. Beyond, connections that are idle or have not sent "
        "a whole head make room for new ones, those that have waited longest first");
    option(
        "--client-connections", w.client_connections, Count{1, 65536, true},
        "Connections at a time from one address in one worker. What it opens beyond is closed at "
        "once. Unix sockets and the addresses in forwarded_allow_ips may have any number; 0: no "
        "bound");
    option("--max-requests", w.max_requests, Count{1, many, true},
           "Replace a worker after so many requests; 0: never");
    option("--max-requests-jitter", w.max_requests_jitter, Count{1, many, true},
           "Up to so many requests more, different in each worker, so that not all are replaced at "
           "once");
    option(
        "--memory-limit", w.memory_limit, Size{mib, 1024 * gib, true},
        "Replace a worker with more bytes of memory of its own, which is what is resident without "
        "the pages of files and shared memory; 0: never");
    option("--max-abandoned", w.max_abandoned, Count{1, 63, true},
           "Replace a worker in which more threads than this run on although their callers, under "
           "strategy thread, have given them up; 0: never");

    option.group("Timeouts");
    option("-t,--timeout", w.timeout, Span{10ms, 24h, true},
           "Harakiri: the worker of a request that runs longer is killed and replaced, unless the "
           "route has a limit of its own; 0: never");
    option(
        "--harakiri", w.harakiri, modes,
        "What is done about requests that exceed `timeout` or `cpu_limit`: nothing, a line in the "
        "log that says who would have been killed, or their workers are killed");
    option("--cpu-limit", w.cpu_limit, Span{10ms, 24h, true},
           "Harakiri, too: how long the thread of a request may compute for it, unless the route "
           "has a limit of its own. Time in which it waits does not count; 0: any time");
    option(
        "--circuit-breaker", w.circuit_breaker, Count{1, 100, true},
        "How many percent of the workers the requests of one route may cost within "
        "circuit_breaker_window, but always three; then the route's circuit breaker opens: 503 for "
        "a quarter of that time. The first request that is then answered in time closes it; 0: any")
        .former = "harakiri_brake";
    option("--circuit-breaker-window", w.circuit_breaker_window, Span{1s, 24h},
           "See circuit_breaker. Better longer than the limits")
        .former = "harakiri_brake_window";
    option("--harakiri-ceiling", w.harakiri_ceiling, Span{10ms, 24h, true},
           "How far handlers may extend their harakiri themselves, from their request's start; 0: "
           "not at all, only shorten it");
    option("--harakiri-grace", c.harakiri_grace, Span{10ms, 24h, true},
           "Time for the other requests of a worker to end before it is killed for one of them, as "
           "long as they make progress; 0: none")
        .former = "harakiri_mercy";
    option("--retry-idempotent", c.retry_idempotent, retries,
           "Run a request once more in another worker if its own has died, nothing was sent, and "
           "its method is idempotent: never, if the worker was killed for another request or has "
           "crashed in another, or always, also the one that it has crashed in");
    option("--slow-request-limit", w.slow_request_limit, Span{1ms, 24h, true},
           "The log says of a request that runs longer what it waits for and where, once, and the "
           "request goes on, unless the route has a limit of its own; 0: never");
    option("--post-mortem", c.post_mortem, Span{1ms, 10s, true},
           "Before a worker is killed for a request, the log says what that waits for and where. "
           "Time that this may take, for each request; 0: none");
    option("--graceful-timeout", w.graceful_timeout, Span{10ms, 24h, true},
           "Time for requests to finish when a worker or the server stops; 0: none");
    option("--boot-timeout", c.boot_timeout, Span{10ms, 24h},
           "Time for a worker to load its application");
    option("--keep-alive", w.keepalive, Span{10ms, 24h, true},
           "Time to wait for the next request of a connection; 0: close after each response");
    option("--header-timeout", w.header_timeout, Span{10ms, 24h},
           "Time for a request's head to arrive, from its first byte or the connection's begin");
    option("--body-timeout", w.body_timeout, Span{10ms, 24h},
           "Time in which body_min_rate must be kept while a request's body arrives");
    option("--body-min-rate", w.body_min_rate, Size{1, gib, true},
           "Bytes a second at which a request's body must arrive, on average over each "
           "body_timeout; 0: any");
    option("--write-timeout", w.write_timeout, Span{10ms, 24h},
           "Time without progress after which a response is given up. Progress is what the client "
           "acknowledges, however little");
    option("--timeout-header", w.timeout_header, Text{"NAME", field_name},
           "The header field in which clients say how long they wait, in seconds or with a unit. "
           "It can only shorten a limit; grpc-timeout and x-envoy-expected-rq-timeout-ms do the "
           "same. Empty: none of that name");
    option(
        "--forwarded-allow-ips", w.forwarded_allow_ips, Text{"ADDRESS", proxy},
        "The proxies whose X-Request-Start counts: what a request has waited since then is taken "
        "off its limits, as is the time in our own accept queue; beside these all that come by "
        "a Unix socket. IP addresses; *: anyone, empty: none. Repeat the flag for more; in a "
        "variable they "
        "are separated by commas");
    option("--max-queue-time", w.max_queue_time, Span{1s, 24h},
           "The longest wait that X-Request-Start may tell of. What is longer ago is taken for a "
           "clock that is wrong: it is ignored, and the log says so");

    option.group("Limits");
    option("--limit-request-line", w.limit_request_line, Size{64, 64 * kib},
           "Bytes in a request line; more is answered 414");
    option("--limit-request-fields", w.limit_request_fields, Count{1, 10'000},
           "Header fields in a request; more is answered 431");
    option("--limit-request-field-size", w.limit_request_field_size, Size{64, 64 * kib},
           "Bytes in one header field; more is answered 431");
    option("--limit-request-body", w.limit_request_body, Size{1, 64 * gib},
           "Bytes in a request's body; more is answered 413");

    option.group("Logging");
    option(
        "--access-logfile", w.access_logfile, Text{"FILE"},
        "Where to log requests: a file, or one of the words stdout (also \"-\"), stderr and none "
        "(also off). A file with such a name is meant by ./none");
    option("--access-log-format", w.access_log_format, Text{"FORMAT", log_format},
           "In gunicorn's letters, or the word json");
    option("--error-logfile", c.error_logfile, Text{"FILE", not_empty},
           "Where to log everything else: a file, or one of the words stderr (also \"-\"), stdout "
           "and none (also off)");
    option("--log-level", c.log_level, levels, "What is logged at least");

    option.group("Process");
    option("-u,--user", c.user, Text{"USER"}, "Workers run as this user; empty: as the master");
    option("-g,--group", c.group, Text{"GROUP"}, "Workers run as this group; empty: as the master");
    option("-m,--umask", c.umask, Text{"MASK", octal},
           "In octal, for files and sockets; empty: as inherited");
    option("--chdir", c.chdir, Text{"DIRECTORY"}, "Go there before anything else; empty: stay");
    option("-p,--pid", c.pidfile, Text{"FILE"},
           "Write the master's process id there; empty: nowhere");
    option("-n,--name", c.proc_name, Text{"NAME", not_empty}, "What ps and top show");

    backend_options(w.backends, option);
    return option;
}

/// Several threads are asked for, and no class: there is only one that can be meant.
void infer_class(Options& options, OptionTable& table) {
    if (options.worker.threads > 1 && !table.at("worker_class").given()) {
        options.worker.worker_class = worker::Class::threads;
    }
}

Options merged(const Flags& flags, const Environment& environment,
               std::vector<std::string>& warnings) {
    Options options;
    OptionTable table = table_of(options);
    warnings = apply_flags(flags, table);
    const auto add = [&warnings](const Warnings& more) {
        warnings.insert(warnings.end(), more.begin(), more.end());
    };
    add(apply_environment(environment, table));
    if (!options.config_file.empty()) {
        const FileContent content = read_config_file(options.config_file);
        add(apply_file(content, table));
        options.worker.routes = routes_from(content.routes);
    }
    infer_class(options, table);
    check_combinations(options, table);
    return options;
}

std::string help() {
    Options defaults;
    return help_text(table_of(defaults));
}

}  // namespace

Invocation configure(int argc, const char* const* argv, const Environment& environment) {
    Options defaults;
    const Flags flags = parse_flags(argc, argv, table_of(defaults));
    Invocation invocation{flags.action, {}, {}};
    if (flags.action == Action::help) {
        invocation.text = help();
        return invocation;
    }
    if (flags.action == Action::version) {
        invocation.text = std::string("curfew ") + version + "\n";
        return invocation;
    }

    invocation.options = merged(flags, environment, invocation.warnings);
    if (flags.action == Action::print) {
        invocation.text = print_config(invocation.options);
    } else if (invocation.options.worker.app.empty()) {
        throw ConfigError("no application: name one, as in `curfew demo`");
    }
    return invocation;
}

std::string print_config(const Options& options) {
    Options copy = options;  // the table holds references that could write
    return file_text(table_of(copy), options.worker.routes);
}

}  // namespace curfew::master
