#include "worker/helper_processes.h"

#include "handlers/timeouts/helpers.h"

namespace curfew::worker {

HelperProcesses::HelperProcesses(const Options& options, std::vector<UniqueFd>& sockets,
                                 const std::function<void(const char*)>& title) {
    if (options.helpers == 0) return;
    helpers().start(options.helpers, [&](const char* role) {
        sockets.clear();
        title(role);
    });
}

int HelperProcesses::end_fd() const noexcept { return helpers().end_fd(); }

void HelperProcesses::stop() noexcept { helpers().stop(); }

}  // namespace curfew::worker
