#include "tools/laboratory/record/run.h"

#include "tools/laboratory/record/whole_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace curfew::laboratory {

namespace {

using Json = nlohmann::json;

constexpr auto format = "curfew-lab";
constexpr int version = 1;

template <class Enum>
using Words = std::vector<std::pair<Enum, const char*>>;

const Words<Answer>& words(Answer) {
    static const Words<Answer> all{{Answer::value, "value"}, {Answer::timeout, "timeout"},
                                   {Answer::limit, "limit"}, {Answer::death, "death"},
                                   {Answer::error, "error"}, {Answer::none, "none"}};
    return all;
}
const Words<WorkerFate>& words(WorkerFate) {
    static const Words<WorkerFate> all{
        {WorkerFate::alive, "alive"}, {WorkerFate::killed, "killed"}, {WorkerFate::died, "died"}};
    return all;
}
const Words<Next>& words(Next) {
    static const Words<Next> all{{Next::right, "right"},
                                 {Next::wrong, "wrong"},
                                 {Next::failed, "failed"},
                                 {Next::none, "none"}};
    return all;
}
const Words<Verdict>& words(Verdict) {
    static const Words<Verdict> all{{Verdict::clean, "clean"},
                                    {Verdict::leaks, "leaks"},
                                    {Verdict::tainted, "tainted"},
                                    {Verdict::powerless, "powerless"}};
    return all;
}

template <class Enum>
concept Worded = requires(Enum value) {
    words(value);
};

}  // namespace

template <Worded Enum>
void to_json(Json& json, const Enum& value) {
    json = std::ranges::find(words(value), value, &std::pair<Enum, const char*>::first)->second;
}

template <Worded Enum>
void from_json(const Json& json, Enum& value) {
    const auto word = json.get<std::string>();
    for (const auto& [each, name] : words(value)) {
        if (name != word) continue;
        value = each;
        return;
    }
    throw std::runtime_error("there is no \"" + word + "\" here");
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Interval, value, low, high)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Left, function, threads, children, descriptors, memory_kib,
                                   queries, transactions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Others, sent, lost, delayed, slowest_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Lateness, p50, p99, max)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Summary, late_ms, on_time, answered)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Cost, call_us, throughput)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KindColumn, name, group, about)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NetworkLayer, name, about, limit_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Gap, what, why)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Settings, quick, repetitions, limit_ms, backstop_ms, workers,
                                   lanes, seed, tolerance_ms)

void to_json(Json& json, const Machine& machine) {
    json = {{"kernel", machine.kernel}, {"processor", machine.processor},
            {"cores", machine.cores},   {"memory_mib", machine.memory_mib},
            {"curfew", machine.curfew}, {"build", machine.build}};
}

void from_json(const Json& json, Machine& machine) {
    json.at("kernel").get_to(machine.kernel);
    json.at("processor").get_to(machine.processor);
    json.at("cores").get_to(machine.cores);
    json.at("memory_mib").get_to(machine.memory_mib);
    json.at("curfew").get_to(machine.curfew);
    machine.build = json.value("build", machine.build);
}

void to_json(Json& json, const Sample& sample) {
    json = {{"status", sample.status},
            {"complete", sample.complete},
            {"answer", sample.answer},
            {"elapsed_ms", to_microseconds(sample.elapsed_ms)},
            {"late_ms", to_microseconds(sample.late_ms)},
            {"worker", sample.worker},
            {"next", sample.next},
            {"whole_ms", nullptr},
            {"left", sample.left},
            {"others", sample.others}};
    if (sample.whole_ms) json["whole_ms"] = to_microseconds(*sample.whole_ms);
    if (sample.gave_up) json["gave_up"] = true;
}

void from_json(const Json& json, Sample& sample) {
    json.at("status").get_to(sample.status);
    json.at("complete").get_to(sample.complete);
    json.at("answer").get_to(sample.answer);
    json.at("elapsed_ms").get_to(sample.elapsed_ms);
    json.at("late_ms").get_to(sample.late_ms);
    json.at("worker").get_to(sample.worker);
    json.at("next").get_to(sample.next);
    if (const auto& whole = json.at("whole_ms"); !whole.is_null()) sample.whole_ms = whole;
    sample.gave_up = json.value("gave_up", false);
    json.at("left").get_to(sample.left);
    json.at("others").get_to(sample.others);
}

void to_json(Json& json, const Cell& cell) {
    json = {{"strategy", cell.strategy},
            {"kind", cell.kind},
            {"network", cell.network},
            {"limit_ms", cell.limit_ms},
            {"tolerance_ms", cell.tolerance_ms},
            {"samples", cell.samples},
            {"failed", cell.failed},
            {"summary", cell.summary},
            {"verdict", cell.verdict},
            {"costs_worker", cell.costs_worker},
            {"because", cell.because}};
}

void from_json(const Json& json, Cell& cell) {
    json.at("strategy").get_to(cell.strategy);
    json.at("kind").get_to(cell.kind);
    json.at("network").get_to(cell.network);
    json.at("limit_ms").get_to(cell.limit_ms);
    cell.tolerance_ms = json.value("tolerance_ms", cell.tolerance_ms);
    json.at("samples").get_to(cell.samples);
    cell.failed = json.value("failed", cell.failed);
    json.at("summary").get_to(cell.summary);
    json.at("verdict").get_to(cell.verdict);
    json.at("costs_worker").get_to(cell.costs_worker);
    json.at("because").get_to(cell.because);
}

void to_json(Json& json, const StrategyRow& row) {
    json = {{"name", row.name}, {"where", row.where}, {"group", row.group}, {"about", row.about}};
    if (row.cost) json["cost"] = *row.cost;
}

void from_json(const Json& json, StrategyRow& row) {
    json.at("name").get_to(row.name);
    json.at("where").get_to(row.where);
    json.at("group").get_to(row.group);
    json.at("about").get_to(row.about);
    if (json.contains("cost")) row.cost = json.at("cost").get<Cost>();
}

void to_json(Json& json, const Recommendation& advice) {
    json = {{"for", advice.for_kinds}, {"use", advice.use}, {"text", advice.text}};
}

void from_json(const Json& json, Recommendation& advice) {
    json.at("for").get_to(advice.for_kinds);
    json.at("use").get_to(advice.use);
    json.at("text").get_to(advice.text);
}

double to_microseconds(double milliseconds) noexcept {
    return std::round(milliseconds * 1000) / 1000;
}

bool same_plan(const Run& a, const Run& b) {
    const auto wanted = [](const Run& run) {
        auto json = to_json(run);
        Json all{json["settings"], json["kinds"], json["networks"], Json::array()};
        for (const auto& each : run.strategies) all.back().push_back(each.name);
        return all;
    };
    return wanted(a) == wanted(b);
}

Json to_json(const Run& run) {
    return {{"format", format},
            {"version", version},
            {"started", run.started},
            {"seconds", run.seconds},
            {"complete", run.complete},
            {"machine", run.machine},
            {"settings", run.settings},
            {"strategies", run.strategies},
            {"kinds", run.kinds},
            {"networks", run.networks},
            {"gaps", run.gaps},
            {"cells", run.cells},
            {"recommendations", run.recommendations}};
}

Run run_from(const std::string& text) {
    try {
        const auto json = Json::parse(text);
        if (json.at("format") != format) throw std::runtime_error("it is of another format");
        if (json.at("version") != version) {
            throw std::runtime_error("it is of version " + json.at("version").dump() +
                                     ", and only " + std::to_string(version) + " is known here");
        }
        Run run;
        json.at("started").get_to(run.started);
        json.at("seconds").get_to(run.seconds);
        json.at("complete").get_to(run.complete);
        json.at("machine").get_to(run.machine);
        json.at("settings").get_to(run.settings);
        json.at("strategies").get_to(run.strategies);
        json.at("kinds").get_to(run.kinds);
        json.at("networks").get_to(run.networks);
        json.at("gaps").get_to(run.gaps);
        json.at("cells").get_to(run.cells);
        json.at("recommendations").get_to(run.recommendations);
        return run;
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(std::string("it is no run of the lab: ") + error.what());
    }
}

Run read_run(const std::string& path) {
    if (std::filesystem::is_directory(path)) {
        throw std::runtime_error(path + ": is a folder; name the run.json in it");
    }
    const std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    try {
        return run_from(text.str());
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(path + ": " + error.what());
    }
}

void write_run(const Run& run, const std::string& path) {
    replace_file(path, to_json(run).dump(1, ' ', false, Json::error_handler_t::replace) + '\n');
}

}  // namespace curfew::laboratory
