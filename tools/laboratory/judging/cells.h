#pragma once

#include "tools/laboratory/record/run.h"

#include <optional>
#include <string_view>

namespace curfew::laboratory {

/// Null if the run has none such.
[[nodiscard]] const Cell* find_cell(const Run& run, std::string_view strategy,
                                    std::string_view kind, std::string_view network);

/// The network that the matrix is shown for: the one called clean, or else the first. Empty if
/// there is none.
[[nodiscard]] std::string_view main_network(const Run& run);

/// True of the kinds that end their process instead of being stuck: those whose name begins with
/// "crash".
[[nodiscard]] bool is_crash(std::string_view kind) noexcept;

/// How late the strategy's latest answer came, in its cells of the network that are not powerless,
/// crashes not counted. Absent if there is none.
[[nodiscard]] std::optional<double> worst_lateness(const Run& run, std::string_view strategy,
                                                   std::string_view network);

}  // namespace curfew::laboratory
