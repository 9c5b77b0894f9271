#include "master/diagnosis/asked_stack.h"

#include "handlers/base/stack_signal.h"
#include "master/stacks/modules.h"
#include "master/stacks/parked_stack.h"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace curfew::master {

namespace {

constexpr timespec between_looks{.tv_sec = 0, .tv_nsec = 50'000};

void ask(worker::StackDump& dump, pid_t pid, pid_t tid, std::uint64_t parked, Deadline deadline) {
    dump.parked = parked;
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

Modules modules_in(const worker::StackDump& dump) {
    const auto size = std::min<std::size_t>(dump.maps_size, sizeof dump.maps);
    return Modules::from(std::string(dump.maps, size));
}

}  // namespace

std::vector<Frame> asked_stack_of(worker::StackDump& dump, pid_t pid, pid_t tid,
                                  Deadline deadline) {
    ask(dump, pid, tid, 0, deadline);
    const auto modules = modules_in(dump);
    std::vector<Call> calls;
    for (std::size_t i = 0; i < std::min<std::size_t>(dump.frames, dump.most_frames); ++i) {
        calls.push_back({.address = dump.addresses[i], .runs = i == 0});
    }
    return modules.describe(calls);
}

std::vector<Frame> asked_parked_stack_of(worker::StackDump& dump, pid_t pid, pid_t tid,
                                         const std::atomic<std::uint64_t>& parked,
                                         Deadline deadline) {
    const auto registers = parked.load();
    if (registers != 0) ask(dump, pid, tid, registers, deadline);
    // The thread that would resume the fiber is the one that has answered.
    if (registers == 0 || parked.load() != registers) {
        throw std::runtime_error("its fiber has gone on meanwhile");
    }
    const auto modules = modules_in(dump);
    const std::size_t known = std::min<std::size_t>(dump.memory_size, sizeof dump.memory);
    const auto read = [&](std::uint64_t address, void* to, std::size_t size) {
        const auto offset = address - registers;
        if (address < registers || offset > known || size > known - offset) return false;
        std::memcpy(to, dump.memory + offset, size);
        return true;
    };
    return modules.describe_parked(parked_calls(modules, pid, tid, registers, read));
}

}  // namespace curfew::master
