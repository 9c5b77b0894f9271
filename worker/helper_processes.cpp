#include "worker/helper_processes.h"

#include "handlers/timeouts/processes/helpers.h"

namespace curfew::worker {

HelperProcesses::HelperProcesses(const Options& options, WorkerSetup& setup) {
    if (options.helpers == 0) return;
    helpers().start(options.helpers, [&](const char* role) {
        setup.sockets.clear();
        setup.adoption.give.reset();
        setup.adoption.take.reset();
        setup.orders.reset();
        setup.title(role);
    });
}

int HelperProcesses::end_fd() const noexcept { return helpers().end_fd(); }

void HelperProcesses::stop() noexcept { helpers().stop(); }

}  // namespace curfew::worker
