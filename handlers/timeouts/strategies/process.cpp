#include "process.h"

#include "../../base/error.h"
#include "../../context/call_context.h"
#include "../processes/child_process.h"
#include "../processes/helper_process.h"
#include "../processes/helpers.h"
#include "../processes/pidfd.h"
#include "overrun.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <utility>

namespace curfew {

namespace {

/// A helper for one call. A helper that is not given back has failed the call, or cannot run
/// another one, and is killed; the zygote then forks another.
class Lease {
  public:
    Lease() : helper_(helpers().take()) {}
    ~Lease() {
        if (helper_) kill_process(helper_->pidfd.get());
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] int socket() const noexcept { return helper_->socket.get(); }
    void give_back() { helpers().put(*std::exchange(helper_, std::nullopt)); }

  private:
    std::optional<Helper> helper_;
};

/// True if something can be received before the helper was asked: the end of the socket, or an
/// answer that would be taken for that of this call. To send is no sufficient test: a helper that
/// was just forked may hold the dead one's end of the socket open for a moment.
bool has_died(int socket) noexcept {
    char byte = 0;
    return ::recv(socket, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/// Returns nothing if the helper had died before it was asked.
std::optional<Message> ask_one(const Message& request) {
    Lease lease;
    if (has_died(lease.socket()) || !send(lease.socket(), request)) return std::nullopt;
    auto answer = receive(lease.socket());
    if (!answer) throw BackendError("the process that ran the function has died");
    if (static_cast<Answer>(answer->tag) != Answer::died && answer->number == 0) lease.give_back();
    return answer;
}

}  // namespace

Process::Process() noexcept
    : Strategy("process", {.blocked_socket = true,
                           .drip_feed = true,
                           .name_lookup = true,
                           .sleep = true,
                           .cooperative_loop = true,
                           .cpu_loop = true,
                           .lock = true,
                           .signals_blocked = true,
                           .runs_destructors = false,
                           .needs_helpers = true,
                           .cost = "a hand-over to another process and back",
                           .late = "a wake-up"}) {}

void Process::run(Call& call, Deadline deadline) {
    if (helpers().here() == Helpers::Here::above) return strategy("fork").run(call, deadline);
    if (helpers().here() == Helpers::Here::none) {
        throw std::logic_error(
            "strategy process has no helpers: the server starts them if its option helpers says "
            "how many");
    }
    const auto limit = std::min(deadline, call_context().limit);
    const LentMetering metering;
    const auto request = request_of(call, limit, metering.borrowed());
    std::optional<Message> answer;
    {
        const ContextScope scope(limit);
        while (!answer) answer = ask_one(request);
    }
    accept_answer(call, std::move(*answer));
    check_overrun(name(), deadline);
}

}  // namespace curfew
