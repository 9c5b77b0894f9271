#include "master/config/declarations.h"
#include "master/config/option_checks.h"
#include "master/config/units.h"

namespace curfew::master {

using namespace std::chrono_literals;

namespace {

constexpr Group timeouts{"Timeouts"};

/// What happens to the other requests of a worker that is killed for one.
void declare_others(Options& c, OptionTable& option) {
    const Choice<Retry> retries{
        {"never", Retry::never}, {"killed", Retry::killed}, {"always", Retry::always}};
    option("--harakiri-grace", c.harakiri_grace, Span{10ms, 24h, true},
           "Before a worker is killed for one request, its other requests get this time to finish, "
           "as long as they make progress; 0: none")
        .former = "harakiri_mercy";
    option("--retry-idempotent", c.retry_idempotent, retries,
           "Retry an idempotent request once in another worker after its own worker has died. "
           "never: no retries. killed: retry a request if its worker was killed for another "
           "request or crashed in another one. always: also retry the request that the worker "
           "crashed in",
           "A request is retried only if nothing of the response was sent, its time is not up, and "
           "its method is idempotent (GET, HEAD, OPTIONS, TRACE, PUT, DELETE). A worker notes "
           "which request it crashed in when it crashes or exits; if this is not known, as when a "
           "worker is killed from outside while it runs several requests, it is taken to be all of "
           "them. Requests that are not retried get 503 or 502.");
}

}  // namespace

const Choice<Harakiri>& harakiri_modes() {
    static const Choice<Harakiri> modes{
        {"off", Harakiri::off}, {"log", Harakiri::log}, {"on", Harakiri::on}};
    return modes;
}

void declare_harakiri(Options& c, OptionTable& option) {
    worker::Options& w = c.worker;

    option.group(timeouts);
    option("-t,--timeout", w.timeout, Span{harakiri_range.least, harakiri_range.most, true},
           "Harakiri: if a request runs longer than this, its worker is killed and replaced, "
           "unless the route has a limit of its own; 0: never");
    option("--harakiri", w.harakiri, harakiri_modes(),
           "What to do about requests that exceed `timeout` or `cpu_limit`: `off` does nothing, "
           "`log` writes a line that says which worker would have been killed, `on` kills the "
           "worker");
    option("--cpu-limit", w.cpu_limit, cpu_limit_range,
           "Harakiri by CPU time: how long the thread of a request may compute, unless the route "
           "has a limit of its own. Time spent waiting does not count; 0: no limit");
    option("--circuit-breaker", w.circuit_breaker, Count{1, 100, true},
           "A circuit breaker for each route: the percentage of the workers that the requests of "
           "one route may cost within `circuit_breaker_window`. Three workers are always allowed. "
           "When the limit is exceeded, the circuit breaker of the route opens: its requests get "
           "503 for a quarter of the window; 0: no limit",
           "The 503 has Retry-After. After a quarter of the window the circuit breaker is half "
           "open and lets one request through; a request that is answered in time closes it. Kills "
           "for a limit, crashes, exits and kills for lack of memory all count, if it is known "
           "which request was running. While the circuit breaker is open, overdue requests of the "
           "route still get their 504, but their workers are killed one at a time, each when the "
           "replacement of the previous one is ready.")
        .former = "harakiri_brake";
    option("--circuit-breaker-window", w.circuit_breaker_window, Span{1s, 24h},
           "The window of `circuit_breaker`. It should be longer than the time limits")
        .former = "harakiri_brake_window";
    option("--harakiri-ceiling", w.harakiri_ceiling, Span{10ms, 24h, true},
           "How far handlers may extend their own harakiri limit, counted from the start of the "
           "request; 0: they may only shorten it");
    declare_others(c, option);
    option("--slow-request-limit", w.slow_request_limit, slow_range,
           "If a request runs longer than this, the log says once what it waits for and where, and "
           "the request goes on. A route may have a limit of its own; 0: never");
    option("--post-mortem", c.post_mortem, Span{1ms, 10s, true},
           "The time that the inspection of each stuck request may take before its worker is "
           "killed. The log then says what the request waits for and where; 0: no inspection");
}

void declare_timeouts(Options& c, OptionTable& option) {
    worker::Options& w = c.worker;

    option.group(timeouts);
    option("--graceful-timeout", w.graceful_timeout, Span{10ms, 24h, true},
           "Time for requests to finish when a worker or the server stops; 0: none");
    option("--boot-timeout", c.boot_timeout, Span{10ms, 24h},
           "Time for a worker to load its application");
    option("--keep-alive", w.keepalive, Span{10ms, 24h, true},
           "Time to wait for the next request of a connection; 0: close after each response");
    option("--header-timeout", w.header_timeout, Span{10ms, 24h},
           "Time for a request's head to arrive, from its first byte or the connection's "
           "beginning");
    option("--body-timeout", w.body_timeout, Span{10ms, 24h},
           "Time in which body_min_rate must be kept while a request's body arrives");
    option("--body-min-rate", w.body_min_rate, Size{1, gib, true},
           "Bytes a second at which a request's body must arrive, on average over each "
           "body_timeout; 0: any");
    option("--write-timeout", w.write_timeout, Span{10ms, 24h},
           "Time without progress after which a response is given up. Progress is what the client "
           "acknowledges, however little");
    option("--timeout-header", w.timeout_header, Text{"NAME", check_field_name},
           "The header field in which clients say how long they wait, in seconds or with a unit. "
           "It can only shorten a limit; grpc-timeout and x-envoy-expected-rq-timeout-ms do the "
           "same. Empty: none of that name");
    option("--forwarded-allow-ips", w.forwarded_allow_ips, Text{"ADDRESS", check_proxy},
           "IP addresses of the proxies whose X-Request-Start is accepted, in addition to all "
           "clients on Unix sockets. *: any address, empty: none. Repeat the flag for more; in a "
           "variable they are separated by commas",
           "The time since X-Request-Start, or the time in the server's accept queue if that is "
           "longer, counts against the limits of a request.");
    option("--max-queue-time", w.max_queue_time, Span{1s, 24h},
           "The longest plausible wait since X-Request-Start. If the field is older than that, the "
           "server assumes that the proxy's clock is wrong: it ignores the field, and the log says "
           "so");
}

}  // namespace curfew::master
