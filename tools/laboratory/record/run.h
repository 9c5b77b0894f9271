#pragma once

#include "handlers/demo/lab/tolerance.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

/// What a run of the lab has found, in memory; run.schema.json says what each member means.
namespace curfew::laboratory {

struct Interval {
    double value = 0;
    double low = 0;
    double high = 0;
};

struct Left {
    std::string function;
    int threads = 0;
    int children = 0;
    int descriptors = 0;
    long memory_kib = 0;
    int queries = 0;
    int transactions = 0;
};

struct Others {
    int sent = 0;
    int lost = 0;
    int delayed = 0;
    double slowest_ms = 0;
};

enum class Answer { value, timeout, limit, death, error, none };
enum class WorkerFate { alive, killed, died };
enum class Next { right, wrong, failed, none };

struct Sample {
    int status = 0;
    bool complete = false;
    Answer answer = Answer::none;
    bool gave_up = false;
    double elapsed_ms = 0;
    double late_ms = 0;
    WorkerFate worker = WorkerFate::alive;
    Next next = Next::none;
    std::optional<double> whole_ms;
    Left left;
    Others others;
};

enum class Verdict { clean, leaks, tainted, powerless };

struct Lateness {
    Interval p50;
    Interval p99;
    double max = 0;
};

struct Summary {
    Lateness late_ms;
    int on_time = 0;
    int answered = 0;
};

struct Cell {
    std::string strategy;
    std::string kind;
    std::string network;
    double limit_ms = 0;
    double tolerance_ms = demo::lab::tolerance_ms;
    std::vector<Sample> samples;
    int failed = 0;  ///< samples that could not be taken
    // What follows from the samples:
    Summary summary;
    Verdict verdict = Verdict::powerless;
    bool costs_worker = false;
    std::vector<std::string> because;
};

struct Cost {
    Interval call_us;
    Interval throughput;
};

struct StrategyRow {
    std::string name;
    std::string where;
    std::string group;
    std::string about;
    std::optional<Cost> cost;
};

/// Whether the row is about another server.
[[nodiscard]] inline bool is_peer(const StrategyRow& row) {
    return row.group != "curfew" && row.group != "unsafe";
}

struct KindColumn {
    std::string name;
    std::string group;
    std::string about;
};

struct NetworkLayer {
    std::string name;
    std::string about;
    double limit_ms = 0;
};

struct Gap {
    std::string what;
    std::string why;
};

struct Recommendation {
    std::vector<std::string> for_kinds;
    std::vector<std::string> use;
    std::string text;
};

struct Machine {
    std::string kernel;
    std::string processor;
    int cores = 0;
    int memory_mib = 0;
    std::string curfew;
    std::string build;

    friend bool operator==(const Machine&, const Machine&) = default;
};

struct Settings {
    bool quick = false;
    int repetitions = 10;
    double limit_ms = 0;
    double backstop_ms = 0;
    int workers = 2;
    int lanes = 3;
    unsigned seed = 1;
    double tolerance_ms = demo::lab::tolerance_ms;
};

struct Run {
    std::string started;
    double seconds = 0;
    bool complete = false;
    Machine machine;
    Settings settings;
    std::vector<StrategyRow> strategies;
    std::vector<KindColumn> kinds;
    std::vector<NetworkLayer> networks;
    std::vector<Gap> gaps;
    std::vector<Cell> cells;
    std::vector<Recommendation> recommendations;
};

/// Times in a run are in whole microseconds, which is more than is known: what is computed from
/// them is the same when the run is read again.
[[nodiscard]] double to_microseconds(double milliseconds) noexcept;

/// Whether they are to measure the same, in the same way. If their machines are equal, too, one may
/// be the other's continuation.
[[nodiscard]] bool same_plan(const Run& a, const Run& b);

/// As run.schema.json has it.
[[nodiscard]] nlohmann::json to_json(const Run& run);

/// Throws std::runtime_error that says what is wrong with it: not JSON, another format, a version
/// that is not known here, a member that is missing.
[[nodiscard]] Run run_from(const std::string& text);

/// From and to a file. write_run() replaces it in one step. Throw std::runtime_error that names it.
[[nodiscard]] Run read_run(const std::string& path);
void write_run(const Run& run, const std::string& path);

}  // namespace curfew::laboratory
