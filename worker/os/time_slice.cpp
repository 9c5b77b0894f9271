#include "worker/os/time_slice.h"

#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace curfew::worker {

namespace {

/// The first version of the kernel's sched_attr: sched_setattr(2). Its own header does not get
/// along with the C library's.
struct Attributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime;  // ns
    std::uint64_t deadline;
    std::uint64_t period;
};
static_assert(sizeof(Attributes) == 48);

/// The shortest turn that the kernel grants, in ns.
constexpr std::uint64_t shortest = 100'000;

}  // namespace

void shorten_time_slice() noexcept {
    Attributes attributes{};
    if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
    // Another policy has been chosen on purpose. A nice value below 0 would not be inherited.
    if (attributes.policy != SCHED_NORMAL || attributes.nice < 0) return;
    attributes.size = sizeof attributes;
    attributes.flags |= SCHED_FLAG_RESET_ON_FORK;
    attributes.runtime = shortest;
    ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace curfew::worker
