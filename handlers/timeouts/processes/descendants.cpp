#include "descendants.h"

#include "../../context/call_context.h"

#include "proc_children.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace curfew {

namespace {

/// The Subreaper scopes of this process. A child inherits the numbers, but is no subreaper, so the
/// pid tells whether they hold.
struct {
    pid_t process = 0;
    int number = 0;
    int before = 0;
} subreapers;

bool has_children() noexcept {
    siginfo_t ignored{};
    return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 ||
           errno != ECHILD;
}

}  // namespace

Subreaper::Subreaper() noexcept {
    if (subreapers.process != ::getpid()) subreapers = {.process = ::getpid()};
    if (subreapers.number++ > 0) return;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreapers.before);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

Subreaper::~Subreaper() {
    if (--subreapers.number == 0) ::prctl(PR_SET_CHILD_SUBREAPER, subreapers.before);
}

std::vector<pid_t> children() {
    std::vector<pid_t> found;
    if (!has_children()) return found;
    found = children_of(::getpid());
    if (found.empty() && has_children()) {
        throw std::runtime_error("/proc does not tell this process its children");
    }
    return found;
}

bool end_children(const std::vector<pid_t>& spared, int flags,
                  const std::function<void(pid_t)>& reaped) {
    const ContextScope no_limit{CallContext()};  // what is waited for was killed
    while (true) {
        auto remaining = children();
        std::erase_if(remaining, [&](pid_t pid) {
            return std::ranges::count(spared, pid) > 0 ||
                   (::kill(pid, SIGKILL) != 0 && errno == EPERM);
        });
        if (remaining.empty()) return true;
        bool all_reaped = true;
        for (const pid_t pid : remaining) {
            pid_t ended = 0;
            do {
                ended = ::waitpid(pid, nullptr, flags | __WALL);
            } while (ended < 0 && errno == EINTR);
            all_reaped = all_reaped && ended != 0;
            if (ended > 0) reaped(pid);
        }
        if (!all_reaped) return false;
    }
}

}  // namespace curfew
