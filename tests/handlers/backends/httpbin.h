#pragma once

#include <string>

namespace curfew::tests {

/// "http://127.0.0.1:PORT" of an httpbin of this program's own, which the first call starts and its
/// end stops, however it ends. Throws std::runtime_error if it does not start.
[[nodiscard]] const std::string& httpbin();

}  // namespace curfew::tests
