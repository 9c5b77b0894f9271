#include "zygote.h"

#include "../../base/error.h"
#include "../../context/call_context.h"
#include "abandoned_queries.h"
#include "child_process.h"
#include "descendants.h"
#include "helper_process.h"
#include "message.h"
#include "pidfd.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <utility>

namespace curfew {

namespace {

constexpr int retry_after_ms = 100;  ///< after a helper could not be forked
constexpr int orphans_ms = 2;        ///< until killed orphans are looked at again

/// Leaves queries that are still to be cancelled in the table, where the master finds them.
void end_all() noexcept {
    try {
        end_children({}, 0, [](pid_t) {});
    } catch (const std::exception&) {
        // The helpers end with this process all the same.
    }
}

}  // namespace

void Zygote::begin(UniqueFd worker, UniqueFd socket, int count,
                   const Helpers::Begin& begin) noexcept {
    default_signals();
    const Subreaper subreaper;
    begin("zygote");
    Zygote(std::move(worker), std::move(socket), count, begin).run();
    end_all();
    ::_exit(0);
}

Zygote::Zygote(UniqueFd worker, UniqueFd socket, int count, const Helpers::Begin& begin)
    : worker_(std::move(worker)),
      socket_(std::move(socket)),
      count_(static_cast<std::size_t>(count)),
      begin_(begin) {}

void Zygote::run() {
    do {
        spawn_missing();
        if (!wait()) return;
        reap_dead();
        cancel_queries();
    } while (true);
}

void Zygote::spawn_missing() {
    try {
        while (members_.size() < count_) spawn();
    } catch (const std::exception&) {
        // No process or descriptor is left: run() tries again. Or the worker has gone: wait() sees
        // it.
    }
}

void Zygote::spawn() {
    MessagePair pair;
    const pid_t zygote = ::getpid();
    const pid_t pid = checked(::fork(), "fork");
    if (pid == 0) {
        begin_child(zygote);
        members_.clear();
        socket_.reset();
        pair.ours.reset();
        begin_("helper");
        serve_calls(std::move(pair.theirs));
    }
    Message birth{.tag = static_cast<std::uint64_t>(pid)};
    auto& fds = birth.payload.fds;
    fds.push_back(std::move(pair.ours));
    fds.push_back(open_pidfd(pid));
    const ContextScope no_wait(Deadline::in(Duration::zero()));
    if (!send(socket_.get(), birth)) throw std::runtime_error("nobody needs helpers any more");
    members_.push_back({.pid = pid, .pidfd = std::move(fds[1]), .socket = std::move(pair.theirs)});
}

/// Waits for the end of a helper, or for the time to retry what failed. False if the worker has
/// ended.
bool Zygote::wait() {
    std::vector<pollfd> wanted{
        {.fd = worker_.get(), .events = POLLIN, .revents = 0},
        {.fd = socket_.get(), .events = 0, .revents = 0},
        {.fd = abandoned_queries().canceller_fd(), .events = POLLIN, .revents = 0}};
    for (const auto& member : members_) {
        wanted.push_back({.fd = member.pidfd.get(), .events = POLLIN, .revents = 0});
    }
    const int timeout = orphans_left_ ? orphans_ms : members_.size() < count_ ? retry_after_ms : -1;
    static_cast<void>(
        ::poll(wanted.data(), wanted.size(), timeout));  // after EINTR no descriptor is ready
    for (std::size_t i = 0; i < members_.size(); ++i) members_[i].dead = wanted[i + 3].revents != 0;
    return wanted[0].revents == 0 && wanted[1].revents == 0;
}

void Zygote::reap_dead() {
    for (const auto& member : members_) {
        if (member.dead) reap(member);
    }
    std::erase_if(members_, [](const auto& member) { return member.dead; });
    // Any other child of this process was started by a helper that is dead.
    try {
        orphans_left_ = !end_children(known(), WNOHANG,
                                      [](pid_t dead) { abandoned_queries().take_from(dead); });
    } catch (const std::exception&) {
        orphans_left_ = true;  // no descriptor is left to look for them; it is tried again
    }
}

/// Reaps a helper that was killed at its limit, or that died of what it ran.
void Zygote::reap(const Member& member) {
    int status = 0;
    if (::waitpid(member.pid, &status, 0) != member.pid) return;
    abandoned_queries().take_from(member.pid);
    try {
        const ContextScope no_wait(Deadline::in(Duration::zero()));
        static_cast<void>(send(member.socket.get(), death_of(status)));
    } catch (const std::exception&) {
        // The caller sees the end of the socket instead, and so knows less.
    }
}

void Zygote::cancel_queries() {
    try {
        abandoned_queries().cancel();
    } catch (const std::exception&) {
        // No process can be forked. It is tried again when the next helper dies.
    }
}

std::vector<pid_t> Zygote::known() const {
    std::vector<pid_t> all;
    if (const pid_t canceller = abandoned_queries().canceller()) all.push_back(canceller);
    for (const auto& member : members_) all.push_back(member.pid);
    return all;
}

}  // namespace curfew
