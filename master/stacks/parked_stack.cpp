#include "master/stacks/parked_stack.h"

#include "master/stacks/memory.h"
#include "master/stacks/ptrace_stop.h"
#include "master/stacks/stack.h"

#include <stdexcept>
#include <system_error>

namespace curfew::master {

#ifdef __x86_64__

namespace {

/// What boost.context's jump_fcontext leaves on a stack, from the stack pointer on. (The System V
/// ABI for x86-64; the same from Boost 1.61 on.)
struct Registers {
    std::uint64_t floating_point;
    std::uint64_t r12_to_r15[4];
    std::uint64_t rbx;
    std::uint64_t rbp;
    std::uint64_t rip;
};

struct Fiber {
    pid_t tid;
    std::uint64_t stack_pointer;
    const ReadStack& read;
    Registers registers{};
};

/// To libdwfl, the fiber is the only thread of the process.
pid_t next_thread(Dwfl*, void* fiber, void** thread) noexcept {
    if (*thread) return 0;
    *thread = fiber;
    return static_cast<Fiber*>(fiber)->tid;
}

bool read_word(Dwfl*, Dwarf_Addr address, Dwarf_Word* word, void* fiber) noexcept {
    return static_cast<Fiber*>(fiber)->read(address, word, sizeof *word);
}

bool set_registers(Dwfl_Thread* thread, void* of) noexcept {
    const auto& fiber = *static_cast<Fiber*>(of);
    const auto& saved = fiber.registers;
    // The numbers are DWARF's for x86-64. The stack of the caller begins behind the saved
    // registers.
    const Dwarf_Word rbp_and_rsp[] = {saved.rbp, fiber.stack_pointer + sizeof saved};
    const Dwarf_Word r12_to_r15[] = {saved.r12_to_r15[0], saved.r12_to_r15[1], saved.r12_to_r15[2],
                                     saved.r12_to_r15[3]};
    const Dwarf_Word rbx = saved.rbx;
    if (!::dwfl_thread_state_registers(thread, 3, 1, &rbx) ||
        !::dwfl_thread_state_registers(thread, 6, 2, rbp_and_rsp) ||
        !::dwfl_thread_state_registers(thread, 12, 4, r12_to_r15)) {
        return false;
    }
    ::dwfl_thread_state_register_pc(thread, saved.rip);
    return true;
}

constexpr Dwfl_Thread_Callbacks callbacks = {
    .next_thread = next_thread,
    .get_thread = nullptr,
    .memory_read = read_word,
    .set_initial_registers = set_registers,
    .detach = nullptr,
    .thread_detach = nullptr,
};

}  // namespace

std::vector<Call> parked_calls(const Modules& modules, pid_t pid, pid_t tid,
                               std::uint64_t registers, const ReadStack& read) {
    Fiber fiber{.tid = tid, .stack_pointer = registers, .read = read};
    if (!read(registers, &fiber.registers, sizeof fiber.registers)) {
        throw std::runtime_error("the fiber's stack cannot be read");
    }
    if (!::dwfl_attach_state(modules.get(), nullptr, pid, &callbacks, &fiber)) {
        throw std::runtime_error(::dwfl_errmsg(-1));
    }
    return calls_of(modules, tid);
}

#else

std::vector<Call> parked_calls(const Modules&, pid_t, pid_t, std::uint64_t, const ReadStack&) {
    throw std::runtime_error("its fiber is parked, and how to look at that is not known here");
}

#endif

std::vector<Call> parked_stack_of(const Modules& modules, pid_t pid, pid_t tid,
                                  const std::atomic<std::uint64_t>& parked, Deadline deadline) {
    const PtraceStop thread(tid, deadline);
    if (thread.error() != 0)
        throw std::system_error(thread.error(), std::generic_category(), "ptrace");
    const auto registers = parked.load();
    if (registers == 0) throw std::runtime_error("its fiber has gone on meanwhile");
    return parked_calls(modules, pid, tid, registers,
                        [pid](std::uint64_t address, void* to, std::size_t size) {
                            return read_memory(pid, address, to, size);
                        });
}

}  // namespace curfew::master
