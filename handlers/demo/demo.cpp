#include <curfew/app.h>

#include "basics.h"
#include "calls.h"
#include "crash.h"
#include "delay.h"
#include "index.h"
#include "lab/lab.h"
#include "strategies.h"
#include "stream.h"
#include "stuck.h"
#include "timeout.h"
#include "unsafe_timeout.h"
#include "unsafe_trials.h"

#include <string>

using namespace curfew;
using namespace demo;

namespace {

void add_first_steps(Index& index) {
    index.section("Start here", "Two pages that explain themselves.");
    lab::add_page(index);
    index.get(
        "/strategies", strategies_page,
        {"Every way of giving a function a time limit: what it ends, what it costs, and a link "
         "to try each."});
}

/// With a link only if there is a file to lead to.
void add_files(Index& index) {
    const auto example = example_file();
    const std::string target = "/file/" + (example.empty() ? "index.html" : example);
    index.get("/file/*path", file_below,
              {.shows = example.empty()
                            ? "A file below the directory that the server's environment names: "
                              "<code>DEMO_FILES=/srv/www</code>. It names none now."
                            : "A file below the directory that <code>DEMO_FILES</code> names.",
               .example = target,
               .is_link = !example.empty()});
}

void add_answers(Index& index) {
    index.section("Plain answers", "What a handler returns.");
    index.get("/hello", hello, {"A line of text; the route that benchmarks use."});
    index.any("/echo", echo, {"The request as the handler sees it, body and all."});
    index.get("/status/:code", status, {"That status, 200 to 599.", "/status/418", 418});
    index.get("/bytes/:n", bytes,
              {"Random bytes, up to 100 MiB; the same for the same seed.", "/bytes/64?seed=1"});
    index.get("/stream/:n", stream_lines,
              {"Lines of JSON, each sent as soon as it is made.", "/stream/5?interval=500ms"});
    add_files(index);
    index.get("/pid", pid, {"The process that answers. Look again after one of the last pages."});
    index.get("/throw", throw_error,
              {"The handler throws, and only the log says what. The worker lives.", "", 500});
    index.add({"GET", "POST", "PUT", "PATCH", "DELETE"}, "/delay/:seconds", delay,
              {"Takes so many seconds, 10 at most, and answers as httpbin does.", "/delay/1.5"});
}

void add_limits(Index& index) {
    index.section("A limit for a function",
                  "Functions that may be slow, under every way of limiting their time. Each answer "
                  "says what came of it, when, and what was left behind.");
    index.get("/calls/:strategy", calls,
              {"What a call costs that is not slow, measured now. <code>bare</code> is one without "
               "a limit.",
               "/calls/deadline?number=10000"});
    index.get("/timeout/:strategy/:function", timeout,
              {"That function, under that strategy. <code>limit</code> is its limit, "
               "<code>seconds</code> what it takes if nobody ends it.",
               "/timeout/deadline/http?limit=500ms&amp;seconds=2", 504});
    index.get("/running", functions_that_run,
              {"Which of those functions still run in the process that answers, although their "
               "callers have gone on."});
}

void add_unsafe(Index& index) {
    index.section("What not to do",
                  "Ending a function at whatever instruction it happens to be. In a child process "
                  "that is thrown away; the worker lives.");
    for (const auto& by : unsafe_strategies()) {
        const auto base = "/timeout/" + std::string(by.name);
        index.get(base + "/:function",
                  [&by](const Request& request) { return unsafe_timeout(by, request); },
                  {"That function, and what its child process came to.", base + "/sleep", 504});
    }
    index.get("/unsafe/:mechanism/:victim", unsafe_trials,
              {"Interrupts <code>malloc</code>, <code>mutex</code>, <code>cache</code> or "
               "<code>db</code> by <code>throw</code>, <code>longjmp</code> or "
               "<code>cancel</code>, and counts what became of it.",
               "/unsafe/throw/cache?trials=20"});
}

void add_stuck(Index& index) {
    index.section(
        "Stuck for ever",
        "Handlers that never return. At the server's limit (its option <code>--timeout</code>) the "
        "client gets a 504, and the worker is killed and replaced; its other clients go on with "
        "another. If one route costs too many workers within a minute, the server answers it with "
        "503 for a while.",
        Index::Harm::worker_dies);
    index.get("/stuck/sleep", stuck_in_sleep, {"Sleeps, and sleeps on when woken.", "", 504});
    index.get("/stuck/spin", stuck_in_a_loop, {"Computes without end.", "", 504});
    index.get("/stuck/lock", stuck_on_a_lock, {"Waits for a mutex that it holds.", "", 504});
    index.get("/stuck/deaf", stuck_and_deaf, {"Computes, with all signals blocked.", "", 504});
}

void add_crashes(Index& index) {
    index.section(
        "Crashes",
        "Handlers that take their worker with them. You get a 502; the worker is replaced at once, "
        "and the log names the request.",
        Index::Harm::worker_dies);
    index.get("/crash/segv", crash_by_segv, {"Writes through a null pointer.", "", 502});
    index.get("/crash/abort", crash_by_abort, {"Calls <code>abort()</code>.", "", 502});
    index.get("/crash/exit", crash_by_exit, {"Calls <code>_exit(42)</code>.", "", 502});
}

}  // namespace

void routes(Router& router) {
    Index index(router);
    add_first_steps(index);
    add_answers(index);
    add_stuck(index);
    add_crashes(index);
    add_limits(index);
    add_unsafe(index);
    lab::add_experiments(index);

    router.get("/", [page = index.page()](const Request&) { return html(page); });
}
