#pragma once

#include <functional>

namespace curfew::master {

/// Allows the parent of this process, and the parent's other children, to use ptrace on this
/// process, where the kernel allows that only to ancestors (Yama).
void let_family_look() noexcept;

/// Whether this process may use ptrace on a sibling with the permissions of a worker: 0, or the
/// errno. Forks a child to find out, which first calls `become`, as a worker does.
[[nodiscard]] int refused_look(const std::function<void()>& become);

}  // namespace curfew::master
