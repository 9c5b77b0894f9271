#include "unsafe_strategies.h"

namespace demo {

namespace {

using curfew::Guarantees;

/// Both end a function wherever it is, and it matters where that is.
constexpr Guarantees ends_anything{
    .blocked_socket = true,
    .drip_feed = true,
    .name_lookup = true,
    .sleep = true,
    .cooperative_loop = true,
    .cpu_loop = true,
    .lock = true,
    .caller_returns = false,
    .runs_destructors = false,
    .left_behind = "whatever was half done: locks, memory, answers still to come on a connection",
    .can_corrupt = true,
    .cost = "a timer; here also a child process to do it in",
    .late = "a signal, if the process survives"};

constexpr Guarantees ends_deaf_threads_too = [] {
    auto guarantees = ends_anything;
    guarantees.signals_blocked = true;
    guarantees.cost = "a thread that cancels; here also a child process to do it in";
    return guarantees;
}();

}  // namespace

const std::array<UnsafeStrategy, 2>& unsafe_strategies() {
    static const std::array<UnsafeStrategy, 2> all{{
        {"unsafe_alarm", Mechanism::throwing, ends_anything},
        {"unsafe_cancel", Mechanism::cancel, ends_deaf_threads_too},
    }};
    return all;
}

}  // namespace demo
