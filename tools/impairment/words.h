#pragma once

#include "tools/impairment/conditions.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::impairment {

/// Words in the language of the command line and of the control socket: a direction (`up`, `down`,
/// `both`) stands for what follows it, up to the next one; without any it is `both`.
using Words = std::span<const std::string>;

/// The network with conditions added: `down latency 100ms jitter 20ms up stall 10k`. Throws
/// std::invalid_argument, naming what is wrong.
[[nodiscard]] Network with(Network network, Words words);

/// The network with conditions lifted: those named, all of a direction after which none is named,
/// everything if there are no words. Throws std::invalid_argument.
[[nodiscard]] Network without(Network network, Words words);

/// The words that make this network out of a sound one; none for a sound one.
[[nodiscard]] std::string to_text(const Network& network);

/// What lies between the spaces of a line.
[[nodiscard]] std::vector<std::string> split(std::string_view line);

}  // namespace curfew::impairment
