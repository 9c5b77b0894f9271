#include "master/exit_report.h"

#include "handlers/base/milliseconds.h"
#include "master/workers/crash.h"

#include <nlohmann/json.hpp>

namespace curfew::master {

namespace {

using Json = nlohmann::ordered_json;
using worker::Cell;
using worker::Outcome;
using worker::Phase;

Json request_of(const Child& child, std::size_t index, Deadline::Clock::time_point death,
                const Findings& findings) {
    const Cell& cell = child.board().cells()[index];
    const auto label = child.board().label(index);
    const Deadline::Clock::time_point started(Duration(cell.started.load()));
    const auto phase = Cell::phase(cell.word.load());
    Json request{
        {"id", label.id},
        {"method", label.method},
        {"target", label.target},
        {"route", label.route},
        {"phase", to_string(phase)},
        {"age_ms", in_milliseconds(death - started)},
        {"outcome", to_string(cell.outcome.load())},
    };
    if (child.board().line().culprit.load() == static_cast<std::int32_t>(index)) {
        request["culprit"] = true;
    }
    if (phase == Phase::claimed) {  // the worker was killed for it
        request["limit"] = to_string(cell.limit_kind.load());
        request["limit_ms"] = in_milliseconds(Duration(cell.limit.load()));
    }
    const auto found = findings.find({child.pid(), std::string(label.id)});
    if (found != findings.end()) {
        request["doing"] = found->second.doing;
        request["stack"] = found->second.stack;
    }
    return request;
}

}  // namespace

ExitReport::ExitReport(const Child& child, const Findings& findings) {
    const auto& death = child.exit_record();
    Json requests = Json::array();
    Json connections = Json::object();
    const auto cells = child.board().used_cells();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (Cell::phase(cells[i].word.load()) != Phase::idle) {
            requests.push_back(request_of(child, i, death.time, findings));
        }
        const auto outcome = cells[i].outcome.load();
        if (outcome == Outcome::none) continue;
        auto& count = connections[std::string(to_string(outcome))];
        count = count.is_null() ? 1 : count.get<int>() + 1;
    }
    Json all{
        {"worker", child.slot() + 1},
        {"pid", child.pid()},
        {"cause", to_string(death.cause)},
        {"detail", death.text},
        {"lived_ms", in_milliseconds(death.time - child.born())},
        {"served", child.board().line().requests.load()},
        {"peak_memory_kib", death.peak_memory / 1024},
        {"requests", std::move(requests)},
        {"connections", std::move(connections)},
    };
    const auto& crash = child.board().line().crash;
    if (crash.state.load() == worker::CrashNote::State::written) {
        all["crash"] = crash_in_words(crash);
    }
    json_ = std::make_shared<Json>(std::move(all));
}

void ExitReport::add_crash_stack(std::vector<std::string> stack) {
    if (!stack.empty()) (*json_)["crash"]["stack"] = std::move(stack);
}

std::string ExitReport::text() const {
    // The target comes from a client, and may be invalid UTF-8.
    return json_->dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace curfew::master
