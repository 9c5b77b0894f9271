#include "call_context.h"

#include "../base/error.h"
#include "limited_poll.h"
#include "own_descriptors.h"
#include "scope_end.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace curfew {

namespace {

/// The longest time from a limit to the kill: the stack is read, and other requests of the worker
/// have their grace period.
constexpr Duration most_until_kill = std::chrono::seconds(10);

}  // namespace

CancelToken::CancelToken() : fd_(checked_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
    protect_descriptor(fd_.get());
}

CancelToken::~CancelToken() { give_up_descriptor(fd_.get()); }

void CancelToken::raise() noexcept {
    const int saved = errno;
    raised_.store(true, std::memory_order_release);
    const std::uint64_t one = 1;
    (void)!::write(fd_.get(), &one, sizeof one);
    errno = saved;
}

void CancelToken::clear() noexcept {
    if (!raised_.exchange(false, std::memory_order_acq_rel)) return;
    std::uint64_t ignored = 0;
    (void)!::read(fd_.get(), &ignored, sizeof ignored);
}

Deadline CallContext::postponed(Deadline asked) const noexcept {
    if (killed_at == nullptr || asked.is_never()) return asked;
    const auto kill = killed_at->load(std::memory_order_relaxed);
    return asked < kill ? asked : std::max(asked, Deadline::after(kill.time(), most_until_kill));
}

thread_local constinit CallContext current_context;
thread_local constinit ScopeEnd at_scope_end = nullptr;

CallContext& call_context() noexcept { return current_context; }

Duration remaining_time() noexcept {
    return std::min(current_context.limit.remaining(), current_context.per_operation);
}

ContextScope::ContextScope(const CallContext& context) noexcept : before_(current_context) {
    current_context = context;
    current_context.lends = nullptr;
}

ContextScope::ContextScope(Deadline deadline) noexcept : before_(current_context) {
    current_context.lose_borrowed_limit();
    current_context.lends = nullptr;
    if (deadline < current_context.deadline) current_context.borrowed = nullptr;
    current_context.deadline = std::min(current_context.deadline, deadline);
    current_context.limit = std::min(current_context.limit, deadline);
}

ContextScope::~ContextScope() {
    if (current_context.lends) current_context.lends->end();
    current_context = before_;
    if (at_scope_end) at_scope_end();
}

KilledAtScope::KilledAtScope(const std::atomic<Deadline>& when) noexcept
    : before_(std::exchange(current_context.killed_at, &when)) {}

KilledAtScope::~KilledAtScope() { current_context.killed_at = before_; }

void checkpoint() {
    if (current_context.cancelled() || current_context.expired())
        throw TimeoutError("the time limit has passed");
}

void sleep_for(Duration duration) {
    const auto until = Deadline::in(duration);
    while (!until.passed()) {
        checkpoint();
        limited_poll(nullptr, 0, until);
    }
    checkpoint();
}

}  // namespace curfew
