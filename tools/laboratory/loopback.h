#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace curfew::laboratory {

/// A port of 127.0.0.1 on which nobody listens, below those that the kernel gives to clients.
[[nodiscard]] std::uint16_t free_port();

/// The same GET so many times at once, each on a connection of its own. The responses' bodies, of
/// those that came whole within two seconds with status 200.
[[nodiscard]] std::vector<std::string> get_at_once(std::uint16_t port, const std::string& target,
                                                   std::size_t times);

}  // namespace curfew::laboratory
