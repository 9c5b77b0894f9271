#include "master/stacks/stack.h"

#include "master/stacks/ptrace_stop.h"

#include <system_error>

namespace curfew::master {

namespace {

int collect(Dwfl_Frame* frame, void* all) noexcept {
    auto& calls = *static_cast<std::vector<Call>*>(all);
    Call call;
    if (!::dwfl_frame_pc(frame, &call.address, &call.runs)) return DWARF_CB_ABORT;
    calls.push_back(call);
    return calls.size() < most_frames ? DWARF_CB_OK : DWARF_CB_ABORT;
}

[[noreturn]] void refuse(int error, const char* what) {
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

std::vector<Call> calls_of(const Modules& modules, pid_t tid) {
    std::vector<Call> calls;
    calls.reserve(most_frames);
    // The result only says whether the outermost call was reached; fewer calls are useful as well.
    ::dwfl_getthread_frames(modules.get(), tid, collect, &calls);
    return calls;
}

std::vector<Call> stack_of(const Modules& modules, pid_t pid, pid_t tid, Deadline deadline) {
    const PtraceStop thread(tid, deadline);
    if (thread.error() != 0) refuse(thread.error(), "ptrace");
    if (::dwfl_pid(modules.get()) != pid) {
        const int error = ::dwfl_linux_proc_attach(modules.get(), pid, true);
        if (error != 0) refuse(error > 0 ? error : EIO, "libdwfl");
    }
    return calls_of(modules, tid);
}

}  // namespace curfew::master
