#pragma once

#include <string_view>

namespace curfew::laboratory {

/// The report's page on both sides of the run's JSON. report/embed.py makes them when it is built.
extern const std::string_view page_before_run;
extern const std::string_view page_after_run;

}  // namespace curfew::laboratory
