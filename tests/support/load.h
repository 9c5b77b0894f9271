#pragma once

#include "tests/support/server.h"

#include <string_view>

namespace curfew::tests {

/// What became of many requests.
struct Tally {
    int answered = 0;  ///< with 200, whole
    int others = 0;    ///< with anything else
    int lost = 0;      ///< without an answer
};

/// GETs the target `each` times on each of `clients` connections at once, one after the other. A
/// connection that the server has announced to close is made anew.
[[nodiscard]] Tally run_load(const Server& server, std::string_view target, int clients, int each);

}  // namespace curfew::tests
