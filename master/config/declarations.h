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

}  // namespace curfew::master
