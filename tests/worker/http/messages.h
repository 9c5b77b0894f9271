#pragma once

#include <string_view>
#include <vector>

namespace curfew::worker {

/// A request that is beyond dispute, and what is to be read in it (see describe()).
struct GoodMessage {
    std::string_view what;
    std::string_view bytes;
    std::string_view gives;
};

/// A request that must be refused, and the status of the answer.
struct BadMessage {
    std::string_view what;
    std::string_view bytes;
    int status;
};

/// Also the fuzzer's seeds.
[[nodiscard]] const std::vector<GoodMessage>& good_messages();
[[nodiscard]] const std::vector<BadMessage>& bad_heads();
[[nodiscard]] const std::vector<BadMessage>& bad_bodies();

}  // namespace curfew::worker
