#include "worker/helper_processes.h"

#include "handlers/timeouts/helpers.h"

namespace curfew::worker {

HelperProcesses::HelperProcesses(const Options& options, Surroundings& surroundings) {
    if (options.helpers == 0) return;
    helpers().start(options.helpers, [&](const char* role) {
        surroundings.sockets.clear();
        surroundings.adoption.give.reset();
        surroundings.adoption.take.reset();
        surroundings.orders.reset();
        surroundings.title(role);
    });
}

int HelperProcesses::end_fd() const noexcept { return helpers().end_fd(); }

void HelperProcesses::stop() noexcept { helpers().stop(); }

}  // namespace curfew::worker
