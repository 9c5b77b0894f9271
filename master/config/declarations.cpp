#include "master/config/declarations.h"

namespace curfew::master {

OptionTable table_of(Options& options) {
    OptionTable table;
    declare_server(options, table);
    declare_workers(options, table);
    declare_harakiri(options, table);
    declare_timeouts(options, table);
    declare_limits(options, table);
    declare_logging(options, table);
    declare_process(options, table);
    declare_backends(options.worker.backends, table);
    return table;
}

}  // namespace curfew::master
