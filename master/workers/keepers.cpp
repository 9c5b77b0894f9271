#include "master/workers/keepers.h"

#include "handlers/base/signal_name.h"

#include <spdlog/spdlog.h>
#include <sys/wait.h>

namespace curfew::master {

namespace {

/// Which requests of a dead worker another worker may run once more. A request that may have ended
/// this worker is left out, because it could end the next worker in the same way.
worker::Again may_run_again(const Child& child, bool ours, Retry retry,
                            Stopping stopping) noexcept {
    using worker::Again;
    if (stopping == Stopping::now || retry == Retry::never) return Again::none;
    if (ours || retry == Retry::always) return Again::all;
    const auto cause = child.exit_record().cause;
    const bool by_itself = cause == Cause::crashed || cause == Cause::exited;
    return by_itself && child.board().line().culprit.load() >= 0 ? Again::innocent : Again::none;
}

}  // namespace

void leave_clients_to_keeper(Child& child, bool ours, Retry retry, Stopping stopping) {
    const bool alone = stopping == Stopping::now;
    child.board().line().again.store(may_run_again(child, ours, retry, stopping));
    child.call_keeper(!ours   ? worker::Ending::died
                      : alone ? worker::Ending::ceased
                              : worker::Ending::killed);
}

void note_end_of_keeper(Child& child, int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        spdlog::critical("the keeper of worker {} (whose pid is {}) was ended by {}",
                         child.slot() + 1, child.pid(), name_of_signal(WTERMSIG(wait_status)));
    }
    child.board().line().keeper.store(0);
    if (child.dead() || child.given_up()) return;
    spdlog::error("the keeper of worker {} (whose pid is {}) has died; the worker is replaced",
                  child.slot() + 1, child.pid());
    child.wear_out();
}

}  // namespace curfew::master
