#pragma once

namespace curfew::tests {

/// Whether an assertion of the running test case has failed so far, or an exception is under way.
[[nodiscard]] bool test_failed() noexcept;

}  // namespace curfew::tests
