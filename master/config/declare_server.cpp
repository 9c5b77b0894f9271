#include "master/config/declarations.h"
#include "master/config/option_checks.h"
#include "master/config/units.h"

namespace curfew::master {

void declare_server(Options& c, OptionTable& option) {
    option.group({"Server"});
    option("-c,--config", c.config_file, Text{"FILE"}, "Read this TOML file first").in_file = false;
    option("-a,--app", c.worker.app, Text{"APP"},
           "The application, a shared object: its path, or a bare name; the argument APP says the "
           "same");
    option(
        "-b,--bind", c.bind, Text{"ADDRESS", check_bind},
        "Where to listen: `HOST:PORT`, `[::1]:PORT`, `:PORT` for every address, or "
        "`unix:PATH[,mode=0660]`. A name stands for all of its addresses: localhost is 127.0.0.1 "
        "and, if there is IPv6, ::1. Repeat the flag for more; in a variable they are separated "
        "by commas");
    option("--backlog", c.backlog, Count{1, 65535},
           "Connections that may wait to be accepted, for each address");
}

void declare_workers(Options& c, OptionTable& option) {
    using worker::Class;
    constexpr int many = 1'000'000'000;
    const Choice<Class> classes{
        {"sync", Class::sync}, {"threads", Class::threads}, {"fiber", Class::fiber}};
    worker::Options& w = c.worker;

    option.group({"Workers"});
    option("-w,--workers", c.workers, Count{1, 512}, "Worker processes");
    option("-k,--worker-class", w.worker_class, classes,
           "How a worker runs handlers. `sync`: one at a time. `threads`: up to `--threads` at a "
           "time. `fiber`: thousands at a time, each on a fiber, of which one computes while the "
           "others wait");
    option("--threads", w.threads, Count{1, 256},
           "Handlers at a time in one worker. More than one means worker class threads");
    option("--fiber-stack", w.fiber_stack, Size{32 * kib, gib},
           "Bytes of stack for a handler in worker class fiber",
           "A stack takes address space, and memory only as far as it is used.");
    option("--helpers", w.helpers, Count{0, 256},
           "Child processes that each worker keeps ready for strategy `process`; 0: none");
    option("--worker-connections", w.worker_connections, Count{1, 65536},
           "The highest number of connections at a time in one worker",
           "When it is reached, the worker closes connections that are idle or have not sent a "
           "complete request head to make room for new ones, those that have waited longest "
           "first.");
    option("--client-connections", w.client_connections, Count{1, 65536, true},
           "The highest number of connections at a time from one address in one worker; 0: no "
           "limit",
           "Further connections from that address are closed at once. The limit does not apply to "
           "Unix sockets and to the addresses in forwarded_allow_ips.");
    option("--max-requests", w.max_requests, Count{1, many, true},
           "Replace a worker after this many requests; 0: never",
           "The old worker goes on until its replacement is ready, so it may serve more requests "
           "than this.");
    option("--max-requests-jitter", w.max_requests_jitter, Count{1, many, true},
           "A random number of requests, up to this one, is added to max_requests in each worker, "
           "so that the workers are not all replaced at once");
    option("--memory-limit", w.memory_limit, Size{mib, 1024 * gib, true},
           "Replace a worker that has more than this many bytes of its own memory, that is, "
           "resident memory without the pages of files and without shared memory; 0: never",
           "A worker is checked after a request, at most ten times a second. It goes on until its "
           "replacement is ready, and then finishes its requests.");
    option("--max-abandoned", w.max_abandoned, Count{1, 63, true},
           "Replace a worker that has more than this many abandoned threads: threads of strategy "
           "thread that still run although their callers have given up; 0: never");
}

}  // namespace curfew::master
