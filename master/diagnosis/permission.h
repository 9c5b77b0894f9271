#pragma once

#include <functional>

namespace curfew::master {

/// Lets a process be looked at by this one's parent and its other children, where the kernel allows
/// ptrace only among ancestors (Yama). To be called by what is to be looked at.
void let_family_look() noexcept;

/// Whether this process may look at one of its siblings: 0, or the error that it gets. Makes a
/// child for that, which begins with `become`, as a worker does.
[[nodiscard]] int refused_look(const std::function<void()>& become);

}  // namespace curfew::master
