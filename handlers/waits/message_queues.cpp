// The queues and semaphores of System V, and the message queues of POSIX, which replace libc's own:
// see README.md in this folder.
#include "asked_by.h"
#include "retry.h"

#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include <cerrno>
#include <ctime>
#include <new>
#include <vector>

namespace curfew {

namespace {

/// Tries until it need not wait. At the limit the last error stays: that of a queue which is full
/// or empty, or EAGAIN.
template <typename Attempt>
auto insist(Attempt attempt, int would_wait, Deadline asked = Deadline::never()) {
    decltype(attempt()) result{};
    const bool settled = retry([&] {
        result = attempt();
        return result >= 0 || errno != would_wait || asked.passed();
    });
    if (!settled) errno = would_wait;
    return result;
}

int limited_semop(int id, sembuf* operations, std::size_t count, Deadline asked) try {
    static const auto real = libc_definition<decltype(&::semop)>("semop");
    std::vector<sembuf> tried(operations, operations + count);
    for (auto& each : tried) {
        if (each.sem_flg & IPC_NOWAIT) return real(id, operations, count);
        each.sem_flg = static_cast<short>(each.sem_flg | IPC_NOWAIT);
    }
    return insist([&] { return real(id, tried.data(), count); }, EAGAIN, asked);
} catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return -1;
}

/// A message queue of POSIX is a descriptor. `timed` is the call with a time that has passed: it
/// fails with ETIMEDOUT if it would wait, with EAGAIN if the queue never waits.
template <typename Timed>
auto wait_for_queue(mqd_t queue, short events, const timespec* until, Timed timed) {
    constexpr timespec passed{};
    auto asked = Deadline::never();
    if (until) {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        asked = Deadline::in(to_duration(*until) - to_duration(now));
    }
    while (true) {
        const auto result = timed(&passed);
        if (result >= 0 || errno != ETIMEDOUT) return result;
        if (asked.passed() || current_context.expired()) return result;
        pollfd event{.fd = queue, .events = events, .revents = 0};
        if (limited_poll(&event, 1, asked) < 0) return result;
        errno = ETIMEDOUT;
    }
}

/// `until`: null for no end. Not by way of the headers' declarations, which know no null.
ssize_t receive(mqd_t queue, char* to, std::size_t size, unsigned* priority,
                const timespec* until) {
    using Real = ssize_t (*)(mqd_t, char*, std::size_t, unsigned*, const timespec*);
    static const auto real = libc_definition<Real>("mq_timedreceive");
    if (unlimited()) return real(queue, to, size, priority, until);
    return wait_for_queue(queue, POLLIN, until, [=](const timespec* time) {
        return real(queue, to, size, priority, time);
    });
}

int send(mqd_t queue, const char* from, std::size_t size, unsigned priority,
         const timespec* until) {
    using Real = int (*)(mqd_t, const char*, std::size_t, unsigned, const timespec*);
    static const auto real = libc_definition<Real>("mq_timedsend");
    if (unlimited()) return real(queue, from, size, priority, until);
    return wait_for_queue(queue, POLLOUT, until, [=](const timespec* time) {
        return real(queue, from, size, priority, time);
    });
}

}  // namespace

}  // namespace curfew

extern "C" {

ssize_t msgrcv(int id, void* to, std::size_t size, long type, int flags) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::msgrcv)>("msgrcv");
    if (unlimited() || (flags & IPC_NOWAIT)) return real(id, to, size, type, flags);
    return insist([=] { return real(id, to, size, type, flags | IPC_NOWAIT); }, ENOMSG);
}

int msgsnd(int id, const void* from, std::size_t size, int flags) {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::msgsnd)>("msgsnd");
    if (unlimited() || (flags & IPC_NOWAIT)) return real(id, from, size, flags);
    return insist([=] { return real(id, from, size, flags | IPC_NOWAIT); }, EAGAIN);
}

int semop(int id, sembuf* operations, std::size_t count) noexcept {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::semop)>("semop");
    return unlimited() ? real(id, operations, count)
                       : limited_semop(id, operations, count, Deadline::never());
}

int semtimedop(int id, sembuf* operations, std::size_t count, const timespec* timeout) noexcept {
    using namespace curfew;
    static const auto real = libc_definition<decltype(&::semtimedop)>("semtimedop");
    if (unlimited()) return real(id, operations, count, timeout);
    return limited_semop(id, operations, count, asked_by(timeout));
}

ssize_t mq_timedreceive(mqd_t queue, char* to, std::size_t size, unsigned* priority,
                        const timespec* until) {
    return curfew::receive(queue, to, size, priority, until);
}

ssize_t mq_receive(mqd_t queue, char* to, std::size_t size, unsigned* priority) {
    return curfew::receive(queue, to, size, priority, nullptr);
}

int mq_timedsend(mqd_t queue, const char* from, std::size_t size, unsigned priority,
                 const timespec* until) {
    return curfew::send(queue, from, size, priority, until);
}

int mq_send(mqd_t queue, const char* from, std::size_t size, unsigned priority) {
    return curfew::send(queue, from, size, priority, nullptr);
}

}  // extern "C"
