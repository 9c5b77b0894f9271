#include "abandoned_queries.h"

#include "../../backends/cancel_queries.h"
#include "child_process.h"
#include "pidfd.h"

#include <sys/wait.h>
#include <unistd.h>

#include <exception>

namespace curfew {

namespace {

/// Cancels until no query is left, because more may be abandoned meanwhile. Closes all inherited
/// descriptors: clients of the parent would otherwise not see their connections close.
[[noreturn]] void cancel_those_of(pid_t parent) noexcept {
    begin_child(parent);
    ::close_range(3, ~0U, 0);
    auto& table = *db::recorded_queries();
    db::record_no_queries();
    try {
        while (true) {
            const auto sessions = table.entrusted_to(parent);
            if (sessions.empty()) ::_exit(0);
            static_cast<void>(db::cancel_queries_or_die(sessions));
            table.forget(sessions);
        }
    } catch (const std::exception&) {
        ::_exit(1);
    }
}

}  // namespace

void AbandonedQueries::take_from(pid_t dead) noexcept {
    auto* const table = db::recorded_queries();
    if (table != nullptr && table->entrust(dead, ::getpid())) new_ones_ = true;
}

void AbandonedQueries::cancel() {
    reap();
    if (canceller_ != 0 || !new_ones_) return;
    const pid_t parent = ::getpid();
    canceller_ = checked(::fork(), "fork");
    if (canceller_ == 0) cancel_those_of(parent);
    new_ones_ = false;
    canceller_fd_ = open_pidfd(canceller_);
}

/// Queries that the process has failed to cancel are left to the next one.
void AbandonedQueries::reap() noexcept {
    if (canceller_ == 0 || ::waitpid(canceller_, nullptr, WNOHANG) == 0) return;
    canceller_ = 0;
    canceller_fd_.reset();
}

AbandonedQueries& abandoned_queries() noexcept {
    static AbandonedQueries only;
    return only;
}

}  // namespace curfew
