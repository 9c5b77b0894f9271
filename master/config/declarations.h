#pragma once

#include "handlers/backends/options.h"
#include "master/config/option_table.h"
#include "master/config/options.h"

namespace curfew::master {

/// Every option, each with its present value in `options`, which must outlive the table.
[[nodiscard]] OptionTable table_of(Options& options);

// Its sections. A declaration is all that there is about an option: from it come --help, the manual
// page, conf/curfew.toml and the table in README.md (tools/generate).
void declare_server(Options& c, OptionTable& option);
void declare_workers(Options& c, OptionTable& option);
void declare_harakiri(Options& c, OptionTable& option);
void declare_timeouts(Options& c, OptionTable& option);
void declare_limits(Options& c, OptionTable& option);
void declare_logging(Options& c, OptionTable& option);
void declare_process(Options& c, OptionTable& option);
void declare_backends(BackendOptions& c, OptionTable& option);

/// Every key of a `[[route]]` table, declared as options are: the flag only gives the key its name.
/// Reads into `route`, which must outlive the table; a key that is absent there shows no value.
[[nodiscard]] OptionTable route_keys(worker::RouteOverride& route);

// What an option accepts, and so does the key of a route that takes its place.
inline constexpr Span harakiri_range{std::chrono::milliseconds(10), std::chrono::hours(24)};
inline constexpr Span cpu_limit_range{std::chrono::milliseconds(10), std::chrono::hours(24), true};
inline constexpr Span slow_range{std::chrono::milliseconds(1), std::chrono::hours(24), true};
[[nodiscard]] const Choice<Harakiri>& harakiri_modes();

}  // namespace curfew::master
