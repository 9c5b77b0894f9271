#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace curfew::laboratory {

/// A port of 127.0.0.1 on which nobody listens, below those that the kernel gives to clients.
[[nodiscard]] std::uint16_t free_port();

struct Reply {
    int status = 0;  ///< 0: none came, or not in time
    std::string body;
};

/// The same GET so many times at once, each on a connection of its own.
[[nodiscard]] std::vector<Reply> get_at_once(
    std::uint16_t port, const std::string& target, std::size_t times,
    std::chrono::seconds timeout = std::chrono::seconds(2));

}  // namespace curfew::laboratory
