#pragma once

#include "tools/laboratory/record/run.h"

namespace curfew::laboratory {

inline Cell example_cell(const char* strategy, const char* kind, Verdict verdict,
                         bool costs_worker = false, const char* network = "clean") {
    return {
        .strategy = strategy,
        .kind = kind,
        .network = network,
        .limit_ms = 100,
        .samples = std::vector<Sample>(10),
        .summary = {.late_ms = {{0.5, 0.4, 0.6}, {1, 0.9, 1.1}, 1}, .on_time = 10, .answered = 10},
        .verdict = verdict,
        .costs_worker = costs_worker,
        .because = {"it was so in 10 of 10"}};
}

inline StrategyRow example_strategy(const char* name, double call_us, double throughput) {
    return {.name = name,
            .where = "function",
            .group = "curfew",
            .about = "",
            .cost = Cost{{call_us, call_us * 0.9, call_us * 1.1},
                         {throughput, throughput - 0.01, throughput + 0.01}}};
}

/// Small, and with something of everything.
inline Run example_run() {
    using enum Verdict;
    Run run;
    run.started = "2026-01-02T03:04:05Z";
    run.seconds = 61;
    run.complete = true;
    run.settings = {.repetitions = 10,
                    .limit_ms = 100,
                    .backstop_ms = 300,
                    .workers = 2,
                    .lanes = 2,
                    .seed = 1};
    run.machine = {.kernel = "6.1.0",
                   .processor = "Some Processor",
                   .cores = 2,
                   .memory_mib = 4096,
                   .curfew = "0.1.0",
                   .build = "a1"};
    run.strategies = {
        example_strategy("deadline", 0.1, 0.99),
        example_strategy("thread", 20, 0.9),
        example_strategy("process", 30, 0.85),
        {.name = "harakiri", .where = "server", .group = "curfew", .about = "", .cost = {}},
        {.name = "throw", .where = "function", .group = "unsafe", .about = "", .cost = {}}};
    run.kinds = {{"http-stall", "http", "silence"},
                 {"http-drip", "http", "a byte now and then"},
                 {"spin", "cpu", "computes"},
                 {"crash", "crash", "crashes"}};
    run.networks = {{"clean", "loopback", 100}, {"latency", "100 ms more", 300}};
    run.gaps = {{"loss", "there is no netem here"}};
    run.cells = {example_cell("deadline", "http-stall", clean),
                 example_cell("deadline", "http-drip", clean),
                 example_cell("deadline", "spin", powerless, true),
                 example_cell("deadline", "crash", clean, true),
                 example_cell("thread", "http-stall", leaks),
                 example_cell("thread", "http-drip", leaks),
                 example_cell("thread", "spin", leaks),
                 example_cell("thread", "crash", clean, true),
                 example_cell("process", "http-stall", clean),
                 example_cell("process", "http-drip", clean),
                 example_cell("process", "spin", clean),
                 example_cell("process", "crash", clean),
                 example_cell("harakiri", "http-stall", clean, true),
                 example_cell("harakiri", "http-drip", clean, true),
                 example_cell("harakiri", "spin", clean, true),
                 example_cell("throw", "http-stall", tainted),
                 example_cell("throw", "http-drip", tainted),
                 example_cell("throw", "spin", clean),
                 example_cell("throw", "crash", clean, true),
                 example_cell("deadline", "http-stall", clean, false, "latency"),
                 example_cell("thread", "http-stall", tainted, false, "latency")};
    run.recommendations = {{{"spin"}, {"process"}, "For spin use process."}};
    return run;
}

}  // namespace curfew::laboratory
