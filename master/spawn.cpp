#include "handlers/backends/running_queries.h"
#include "handlers/context/copies.h"
#include "master/diagnosis/permission.h"
#include "master/log/logging.h"
#include "master/master.h"
#include "master/os/title.h"
#include "worker/keeper/start_keeper.h"
#include "worker/process/crash_report.h"
#include "worker/process/last_thread.h"
#include "worker/process/orderly_end.h"
#include "worker/process/stray_signals.h"
#include "worker/process/tell_of_copies.h"
#include "worker/shared/arena.h"
#include "worker/shared/orders.h"
#include "worker/worker.h"

#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace curfew::master {

namespace {

/// The time that an application may take for its own cleanup when a worker ends.
constexpr Duration longest_end = std::chrono::seconds(5);

}  // namespace

/// `generation`: the current one, or during a reload the one that is being replaced.
void Master::spawn(int generation) {
    const auto slot = workers_.free_slot();
    workers_.scoreboard().worker(*slot).reset();
    UniqueFd orders(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const pid_t parent = ::getpid();
    const pid_t pid = orders ? ::fork() : -1;
    if (pid < 0) {
        spdlog::error("cannot fork a worker: {}", std::generic_category().message(errno));
        return backoff_.failed(Deadline::Clock::now());
    }
    if (pid == 0) {
        generations_.become(generation);
        become_worker(*slot, parent, std::move(orders));
    }
    workers_.add(pid, *slot, generation, generations_.options_of(generation), std::move(orders));
}

/// Runs in the new process, which is a worker from here on. It never returns, because the
/// destructors of the master would clean up what belongs to the master.
void Master::become_worker(std::size_t slot, pid_t master, UniqueFd orders) {
    int status = 0;
    try {
        const auto title = [&](const char* state) {
            set_title(options_.proc_name + ": worker " + std::to_string(slot + 1) + " [" + state +
                      "]");
        };
        title("booting");
        workers_.forget();
        timer_.reset();
        inspector_.leave();
        signals_.forget();
        service_.forget();
        worker::survive_stray_signals();
        Signals::narrow();
        files_.forget_pidfile();
        files_.identity().assume();
        let_family_look();
        auto board = workers_.scoreboard().worker(slot);
        worker::answer_with_stacks_in(board.stack_dump());
        worker::note_last_thread_in(board.line().last_thread);
        worker::note_crashes_in(board.line().crash, board.stack_dump());

        // A worker dies with its master, even if the master is killed. This comes after the change
        // of the user, which would clear it.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != master) ::_exit(0);

        worker::take_orders_by_signals(board.line(), orders.get());
        db::record_queries_in(board.queries());
        be_the_original();
        Signals::unblock();
        worker::tell_of_copies_on(board);
        worker::Arena arena;
        const auto listeners = files_.listeners();
        worker::start_keeper({.board = board,
                              .arena = arena,
                              .adoption = files_.adoption().give.get(),
                              .listeners = listeners,
                              .title = [&] {
                                  set_title(options_.proc_name + ": keeper " +
                                            std::to_string(slot + 1));
                              }});
        worker::WorkerSetup setup{
            .sockets = files_.take_listeners(),
            .application = generations_.release().application,
            .adoption = std::move(files_.adoption()),
            .orders = std::move(orders),
            .title = title,
            .reopen_log = [this] { reopen_log(options_.error_logfile, options_.log_level); },
            .replaces = generations_.current_has_served()};
        worker::Worker worker(options_.worker, board, arena, std::move(setup));
        worker.run();
        worker::end_in_order(board.line(),
                             std::min(longest_end, options_.worker.graceful_timeout / 2));
    } catch (const worker::ApplicationError& error) {
        spdlog::critical("worker {}: {}", slot + 1, error.what());
        status = error.exit_status();
    } catch (const std::exception& error) {
        spdlog::critical("worker {}: {}", slot + 1, error.what());
        status = 3;
    }
    ::_exit(status);
}

/// To be called in a process that does one thing and ends. Its signals stay blocked, because the
/// master ends it only by SIGKILL.
void Master::become_helper(const char* title) {
    set_title(options_.proc_name + ": " + title);
    service_.forget();
    files_.forget();
}

}  // namespace curfew::master
