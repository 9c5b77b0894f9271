#pragma once

#include "tools/laboratory/record/run.h"
#include "tools/support/client.h"

#include <nlohmann/json_fwd.hpp>

namespace curfew::laboratory {

/// The report of the demo's handler; null if the response does not come from the handler.
[[nodiscard]] nlohmann::json report_in(const tools::Reply& reply);

/// Whether the value in a report is what its function gives over a good network.
[[nodiscard]] bool is_right(const nlohmann::json& report);

/// What has come; `report`: report_in(reply).
[[nodiscard]] Answer answer_of(const tools::Reply& reply, const nlohmann::json& report);

}  // namespace curfew::laboratory
