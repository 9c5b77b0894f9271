#include "tools/laboratory/measuring/answers.h"

#include <nlohmann/json.hpp>

#include <string>

namespace curfew::laboratory {

nlohmann::json report_in(const tools::Reply& reply) {
    const auto json = nlohmann::json::parse(reply.body, nullptr, false);
    const bool ours = json.is_object() && json.contains("outcome");
    return ours ? json : nlohmann::json();
}

bool is_right(const nlohmann::json& report) {
    const auto& value = report.at("value");
    if (value.is_string()) return true;
    if (value.contains("status")) return value["status"] == 200;
    if (value.contains("cached")) return value["cached"] == "hello, cache";
    // SLEEP() gives 1 if it was interrupted: that would be the answer to an earlier query.
    return value.value("name", "") == "Earth" && value.value("slept", "") == "0";
}

Answer answer_of(const tools::Reply& reply, const nlohmann::json& report) {
    if (reply.status == 0 || !reply.whole) return Answer::none;
    if (report.is_null()) {
        return reply.status == 504   ? Answer::limit
               : reply.status == 502 ? Answer::death
                                     : Answer::error;
    }
    const auto outcome = report.at("outcome").get<std::string>();
    if (outcome == "timeout") return Answer::timeout;
    return outcome == "value" && is_right(report) ? Answer::value : Answer::error;
}

}  // namespace curfew::laboratory
