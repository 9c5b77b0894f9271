#pragma once

#include <string>

namespace demo {

/// The URL, without a path, of a TCP address that this process listens on, over loopback; empty if
/// there is none. Found among its descriptors: what a client says of it decides nothing.
[[nodiscard]] std::string own_server();

}  // namespace demo
