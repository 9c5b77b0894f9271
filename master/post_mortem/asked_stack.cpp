#include "master/post_mortem/asked_stack.h"

#include "handlers/stack_signal.h"
#include "master/post_mortem/modules.h"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace curfew::master {

namespace {

constexpr timespec between_looks{.tv_sec = 0, .tv_nsec = 50'000};

void ask(worker::StackDump& dump, pid_t pid, pid_t tid, Deadline deadline) {
    const auto question = dump.asked.fetch_add(1) + 1;
    if (::tgkill(pid, tid, stack_signal()) < 0) {
        throw std::system_error(errno, std::generic_category(), "its own signal handler");
    }
    while (dump.answered.load() != question) {
        if (deadline.passed()) {
            throw std::runtime_error("its own signal handler does not answer, as if blocked");
        }
        ::nanosleep(&between_looks, nullptr);
    }
    if (dump.tid != tid) throw std::runtime_error("another thread was asked meanwhile");
}

}  // namespace

std::vector<Frame> asked_stack_of(worker::StackDump& dump, pid_t pid, pid_t tid,
                                  Deadline deadline) {
    ask(dump, pid, tid, deadline);
    const auto size = std::min<std::size_t>(dump.maps_size, sizeof dump.maps);
    const auto modules = Modules::from(std::string(dump.maps, size));
    std::vector<Call> calls;
    for (std::size_t i = 0; i < std::min<std::size_t>(dump.frames, dump.most_frames); ++i) {
        calls.push_back({.address = dump.addresses[i], .runs = i == 0});
    }
    return modules.describe(calls);
}

}  // namespace curfew::master
