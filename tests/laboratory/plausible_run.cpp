#include "tests/laboratory/plausible_run.h"

#include "tools/laboratory/judging/recommend.h"
#include "tools/laboratory/judging/verdict.h"

#include <random>
#include <set>
#include <string_view>

namespace curfew::laboratory {

namespace {

/// What a strategy can end, and what it leaves of what it ends or gives up.
struct Behaviour {
    StrategyRow row;
    std::set<std::string_view> ends;
    double late_ms = 0.3;
    bool leaves_it_running = false;
    bool unwinds_foreign_frames = false;
    bool kills = false;
};

const std::set<std::string_view> waits{"http", "cache", "db", "sleep", "cooperative"};
const std::set<std::string_view> interrupts{"http",        "cache", "db",  "sleep",
                                            "cooperative", "spin",  "lock"};
const std::set<std::string_view> all{"http",        "cache", "db",   "sleep",
                                     "cooperative", "spin",  "lock", "deaf"};

StrategyRow row(const char* name, const char* where, const char* group, const char* about,
                double us, double throughput) {
    return {name, where, group, about,
            Cost{{us, us * 0.9, us * 1.15}, {throughput, throughput * 0.97, throughput * 1.02}}};
}

std::vector<Behaviour> behaviours() {
    return {
        {row("none", "function", "curfew", "no limit: the backstop ends it", 0, 1), {}},
        {row("io", "function", "curfew", "the limits that each library has", 0.4, 0.99),
         {"cache"},
         3},
        {row("deadline", "function", "curfew", "every wait is cut to what remains", 0.12, 0.99),
         waits},
        {row("thread", "function", "curfew", "another thread runs it, and is left behind", 21,
             0.82),
         all, 0.6, true},
        {row("timer", "function", "curfew", "a timer's thread interrupts its waits", 6.5, 0.94),
         waits, 0.7},
        {row("alarm", "function", "curfew", "a signal interrupts its waits", 1.1, 0.98), waits,
         0.4},
        {row("checkpoint", "function", "curfew", "it asks now and then", 0.2, 0.99),
         {"cooperative"},
         0.2},
        {row("fiber", "function", "curfew", "its waits yield to the loop", 0.5, 0.98), waits, 0.5},
        {row("process", "function", "curfew", "a warm child runs it, and is killed", 24, 0.8), all,
         1.2},
        {row("fork", "function", "curfew", "a new child runs it, and is killed", 640, 0.31), all,
         1.9},
        {row("harakiri", "server", "curfew", "the master kills the worker", 0.01, 1), all, 0.9,
         false, false, true},
        {row("unsafe_alarm", "function", "unsafe", "a signal handler throws", 1, 0.98), interrupts,
         0.3, false, true},
        {row("unsafe_longjmp", "function", "unsafe", "a signal handler jumps out", 0.9, 0.98),
         interrupts, 0.3, false, true},
        {row("unsafe_cancel", "function", "unsafe", "its thread is cancelled", 10, 0.9), all, 0.5,
         false, true},
        {row("gunicorn-sync", "server", "gunicorn", "the arbiter kills a worker that is silent",
             0.02, 1),
         all, 940, false, false, true},
        {row("gunicorn-gevent", "server", "gunicorn", "gevent.Timeout", 2.4, 0.95),
         {"http", "sleep"},
         2.2},
        {row("gunicorn-signal", "function", "gunicorn", "signal.alarm raises", 3.1, 0.95),
         interrupts, 1.1, false, true},
        {row("gunicorn-thread", "function", "gunicorn", "a thread is joined for a while", 55, 0.7),
         all, 1.4, true},
        {row("uwsgi-harakiri", "server", "uwsgi", "the master looks once a second", 0.02, 1), all,
         760, false, false, true},
        {{"php-fpm", "server", "php-fpm", "request_terminate_timeout", {}},
         all,
         480,
         false,
         false,
         true},
    };
}

std::vector<KindColumn> kinds() {
    return {
        {"http-delay", "http", "the answer comes late, at once"},
        {"http-stall", "http", "half an answer, then nothing"},
        {"http-drip", "http", "one byte at a time, for ever"},
        {"http-black-hole", "http", "packets vanish: no connection"},
        {"cache-delay", "cache", "memcached answers late"},
        {"cache-stall", "cache", "half an answer, then nothing"},
        {"cache-drip", "cache", "one byte at a time"},
        {"cache-black-hole", "cache", "packets vanish"},
        {"db-delay", "db", "the database answers late"},
        {"db-stall", "db", "half a row, then nothing"},
        {"db-drip", "db", "one byte at a time"},
        {"db-black-hole", "db", "packets vanish"},
        {"db-slow-query", "db", "a statement that takes seconds"},
        {"sleep", "wait", "nanosleep"},
        {"lock", "wait", "a mutex that nobody gives back"},
        {"spin", "cpu", "computes & never <asks>"},
        {"cooperative", "cpu", "computes, and asks whether it may"},
        {"deaf", "cpu", "computes with all signals blocked"},
        {"crash", "crash", "SIGSEGV, </script><img src=x onerror=alert(1)>"},
    };
}

/// Uniform in [0, 1): the standard's distributions may differ from library to library.
double share(std::mt19937& random) { return static_cast<double>(random()) / 4294967296.0; }

/// Mostly near 1, sometimes far above.
double spread(std::mt19937& random) {
    const auto x = share(random);
    return 0.6 + 0.7 * share(random) + (x > 0.93 ? 4 * (x - 0.93) / 0.07 : 0);
}

bool ends(const Behaviour& strategy, const KindColumn& kind) {
    if (strategy.row.name == "io") return kind.group == "cache" && kind.name != "cache-drip";
    return strategy.ends.contains(kind.group) || strategy.ends.contains(kind.name);
}

class Maker {
  public:
    explicit Maker(Settings settings) : settings_(settings) {}

    Cell cell(const Behaviour& strategy, const KindColumn& kind, const NetworkLayer& network) {
        Cell cell;
        cell.strategy = strategy.row.name;
        cell.kind = kind.name;
        cell.network = network.name;
        cell.limit_ms = network.limit_ms;
        if (strategy.late_ms > 100) cell.tolerance_ms = 1000;  // a server that knows whole seconds
        const bool held = ends(strategy, kind) || kind.name == "crash";
        for (int i = 0; i < settings_.repetitions; ++i) {
            cell.samples.push_back(sample(strategy, kind, network, held));
        }
        conclude(cell);
        return cell;
    }

  private:
    Sample sample(const Behaviour& strategy, const KindColumn& kind, const NetworkLayer& network,
                  bool held) {
        Sample sample;
        sample.complete = true;
        sample.others = {20 + static_cast<int>(8 * share(random_)), 0, 0, 1 + 3 * share(random_)};
        sample.whole_ms = 0.2 * spread(random_);
        sample.next = kind.group == "cpu" || kind.group == "wait" ? Next::none : Next::right;
        if (kind.name == "crash") {
            sample.status = 502;
            sample.answer = Answer::death;
            sample.worker = WorkerFate::died;
            sample.late_ms = 4 * spread(random_) - network.limit_ms;
            sample.whole_ms = 3 * spread(random_);
        } else if (strategy.kills || !held) {
            sample.status = 504;
            sample.answer = Answer::limit;
            sample.worker = WorkerFate::killed;
            const auto backstop = settings_.backstop_ms - settings_.limit_ms;
            sample.late_ms = (strategy.kills ? 0 : backstop) + strategy.late_ms * spread(random_);
            sample.whole_ms = (strategy.late_ms > 100 ? 40 : 3) * spread(random_);
        } else {
            sample.status = 504;
            sample.answer = Answer::timeout;
            sample.late_ms = strategy.late_ms * spread(random_);
            leave(sample, strategy, kind);
        }
        if (network.name == "jitter" && strategy.row.name == "gunicorn-gevent")
            sample.late_ms += 30;
        sample.elapsed_ms = network.limit_ms + sample.late_ms;
        return sample;
    }

    void leave(Sample& sample, const Behaviour& strategy, const KindColumn& kind) {
        if (strategy.leaves_it_running) {
            sample.left.function = "thread 71 is in " + kind.name;
            sample.left.threads = 1;
            sample.left.memory_kib = 80 + static_cast<long>(60 * share(random_));
            sample.left.descriptors = kind.group == "http" || kind.group == "db" ? 1 : 0;
            if (kind.name == "lock" && share(random_) < 0.3) sample.whole_ms.reset();
        }
        if (strategy.unwinds_foreign_frames && share(random_) < 0.9) {
            sample.next = sample.next == Next::none ? Next::none : Next::wrong;
            sample.left.memory_kib += 12;
            sample.left.descriptors += kind.group == "http" ? 1 : 0;
        }
        if (kind.name == "db-slow-query" && strategy.row.group != "curfew") {
            sample.left.queries = sample.left.transactions = 1;
        }
    }

    Settings settings_;
    std::mt19937 random_{1};
};

}  // namespace

Run plausible_run() {
    Run run;
    run.started = "2026-01-02T03:04:05Z";
    run.seconds = 612.4;
    run.complete = true;
    run.machine = {"6.1.0-18-amd64",  "Some Processor 3000 @ 2.40GHz", 4, 7936, "0.1.0",
                   "00c0ffee00c0ffee"};
    run.settings = {.repetitions = 10, .limit_ms = 100, .backstop_ms = 300, .seed = 7};
    run.kinds = kinds();
    run.networks = {{"clean", "loopback as it is", 100},
                    {"latency", "100 ms more, each way", 400},
                    {"jitter", "0 to 60 ms more, by chance", 300}};
    run.gaps = {{"network loss", "the kernel has no netem"},
                {"nginx", "not installed <b>here</b>\u2028"}};

    Maker maker(run.settings);
    for (const auto& strategy : behaviours()) {
        run.strategies.push_back(strategy.row);
        for (const auto& kind : run.kinds) {
            for (const auto& network : run.networks) {
                const bool missing =
                    strategy.row.name == "php-fpm" && kind.name.starts_with("cache-d");
                if (!missing) run.cells.push_back(maker.cell(strategy, kind, network));
            }
        }
    }
    run.recommendations = recommend(run);
    return run;
}

}  // namespace curfew::laboratory
