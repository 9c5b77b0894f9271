#include "abandoned_queries.h"

#include "../backends/cancel_queries.h"
#include "child_process.h"
#include "pidfd.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <exception>

namespace curfew {

namespace {

constexpr std::chrono::seconds cancel_limit(3);
/// For what the limit does not reach, such as looking up the server's name.
constexpr unsigned seconds_to_live = 4;

[[noreturn]] void cancel_there(const std::vector<db::Session>& sessions, pid_t parent) noexcept {
    begin_child(parent);
    ::alarm(seconds_to_live);
    try {
        static_cast<void>(db::cancel_queries(sessions, cancel_limit));
    } catch (const std::exception&) {
        ::_exit(1);  // they end by their own limits
    }
    ::_exit(0);
}

}  // namespace

void AbandonedQueries::take_from(pid_t dead) {
    if (auto* const table = db::recorded_queries()) {
        const auto left = table->take(dead);
        sessions_.insert(sessions_.end(), left.begin(), left.end());
    }
}

void AbandonedQueries::cancel() {
    reap();
    if (canceller_ != 0 || sessions_.empty()) return;
    const pid_t parent = ::getpid();
    canceller_ = checked(::fork(), "fork");
    if (canceller_ == 0) cancel_there(sessions_, parent);
    sessions_.clear();
    canceller_fd_ = open_pidfd(canceller_);
}

void AbandonedQueries::reap() noexcept {
    if (canceller_ == 0 || ::waitpid(canceller_, nullptr, WNOHANG) == 0) return;
    canceller_ = 0;
    canceller_fd_.reset();
}

}  // namespace curfew
