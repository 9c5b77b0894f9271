#include "master/diagnosis/waits_for.h"

#include "master/diagnosis/descriptor.h"
#include "master/diagnosis/thread_state.h"
#include "master/stacks/memory.h"

#include <fmt/format.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

namespace curfew::master {

namespace {

constexpr timespec between_looks{.tv_sec = 0, .tv_nsec = 500'000};

/// CPU time in ns: more than a signal handler needs. The scheduler updates it every few
/// milliseconds.
constexpr long long enough_to_compute = 1'000'000;

/// If a call waits for more descriptors than these, only the first is named.
constexpr std::size_t most_descriptors = 4;

/// Whether the descriptor only serves to interrupt the call, like an eventfd or one end of a socket
/// pair. Then it does not say what the call waits for.
bool is_for_interrupts(std::string_view words) {
    return words.find("(anon_inode:[eventfd]") != words.npos ||
           words.find("(socket:[") != words.npos;
}

struct Thread {
    pid_t pid;
    pid_t tid;
    int client;
    const Upstreams& upstreams;
};

std::string in_words(const Thread& thread, int fd) {
    const auto what =
        fd == thread.client ? "its client" : describe_descriptor(thread.pid, fd, thread.upstreams);
    return what.empty() ? fmt::format("fd {}", fd) : fmt::format("fd {} ({})", fd, what);
}

std::string polled(const Thread& thread, const SystemCall& call) {
    if (call.arguments[1] == 0) return " for time to pass";
    std::array<pollfd, 64> fds{};
    const auto count = std::min<std::size_t>(call.arguments[1], fds.size());
    if (!read_memory(thread.pid, call.arguments[0], fds.data(), count * sizeof(pollfd))) return {};
    std::vector<std::string> words;
    for (std::size_t i = 0; i < count; ++i) {
        if (fds[i].fd >= 0) words.push_back(in_words(thread, fds[i].fd));
    }
    if (!std::ranges::all_of(words, is_for_interrupts)) std::erase_if(words, is_for_interrupts);
    if (words.empty()) return {};
    if (words.size() <= most_descriptors) return fmt::format(" for {}", fmt::join(words, ", "));
    return fmt::format(" for {} and {} more", words.front(), words.size() - 1);
}

/// glibc's mutex begins with the futex word, a count, and the thread that holds it.
std::string locked(const Thread& thread, const SystemCall& call) {
    constexpr std::int32_t contended = 2;
    std::int32_t words[3] = {};
    if (!read_memory(thread.pid, call.arguments[0], words, sizeof words)) return {};
    if (words[0] != contended || words[2] <= 0) return " for a lock or a condition";
    if (words[2] == thread.tid) return " for a lock that it holds itself";
    const auto holder = fmt::format("/proc/{}/task/{}", thread.pid, words[2]);
    if (::access(holder.c_str(), F_OK) == 0) {
        return fmt::format(" for a lock that thread {} holds", words[2]);
    }
    return " for a lock or a condition";
}

std::string child(const SystemCall& call) {
    const auto pid = static_cast<pid_t>(call.arguments[0]);
    return pid > 0 ? fmt::format(" for process {}", pid) : " for a child process";
}

std::string object(const Thread& thread, const SystemCall& call) {
    switch (call.kind) {
        case SystemCall::Kind::descriptor:
            return " for " + in_words(thread, static_cast<int>(call.arguments[0]));
        case SystemCall::Kind::poll:
            return polled(thread, call);
        case SystemCall::Kind::futex:
            return locked(thread, call);
        case SystemCall::Kind::sleep:
            return " for time to pass";
        case SystemCall::Kind::child:
            return child(call);
        case SystemCall::Kind::other:
            return {};
    }
    return {};
}

std::string verb(const ThreadState& state) {
    switch (state.letter) {
        case 'D':
            return "waits uninterruptibly (state D";
        case 'T':
            return "is stopped by a signal";
        case 't':
            return "is held by a debugger";
        case 'Z':
        case 'X':
        case 0:
            return "has ended";
        default:
            return "waits";
    }
}

}  // namespace

std::string what_it_does(pid_t pid, pid_t tid, int client, const Upstreams& upstreams,
                         Deadline deadline) {
    const auto first = look_at(pid, tid);
    auto now = first;
    while (now.letter == 'R') {
        if (now.cpu_time - first.cpu_time > enough_to_compute) return "computes";
        if (deadline.passed()) return "could run, and gets no processor";
        ::nanosleep(&between_looks, nullptr);
        now = look_at(pid, tid);
    }
    auto text = verb(now);
    if (now.letter == 'D') text += now.wchan.empty() ? ")" : ", " + now.wchan + ")";
    if (now.call && (now.letter == 'S' || now.letter == 'D')) {
        const Thread thread{.pid = pid, .tid = tid, .client = client, .upstreams = upstreams};
        text.append(" in ").append(now.call->name).append(object(thread, *now.call));
    }
    return text;
}

}  // namespace curfew::master
