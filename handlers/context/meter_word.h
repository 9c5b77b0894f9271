#pragma once

#include "../base/deadline.h"
#include "meter.h"

#include <algorithm>
#include <cstdint>

namespace curfew {

/// The present state of a meter, as one word:
///
///     since, microseconds after the handler began  35 | waited 1 | measured 1 | check of the
///     upstream's name 8 | stage 3 | epoch 16
struct MeterWord {
    std::uint64_t epoch = 0;
    Stage stage = Stage::handler;
    std::uint64_t check = 0;
    bool measured = false;  ///< some total may be other than zero
    bool waited = false;    ///< there is something to say of the time before the handler
    std::uint64_t since = 0;

    static constexpr std::uint64_t latest = (std::uint64_t{1} << 35) - 1;  // nine hours
    static constexpr std::uint64_t epoch_mask = 0xffff;

    static constexpr MeterWord of(std::uint64_t word) noexcept {
        return {.epoch = word & epoch_mask,
                .stage = static_cast<Stage>(word >> 16 & 7),
                .check = word >> 19 & 0xff,
                .measured = (word >> 27 & 1) != 0,
                .waited = (word >> 28 & 1) != 0,
                .since = word >> 29};
    }

    [[nodiscard]] constexpr std::uint64_t packed() const noexcept {
        return epoch | static_cast<std::uint64_t>(stage) << 16 | check << 19 |
               std::uint64_t{measured} << 27 | std::uint64_t{waited} << 28 |
               std::min(since, latest) << 29;
    }
};

/// The time in one stage: calls 12 | request's tag 16 | microseconds 36. What has another request's
/// tag is worth nothing.
struct MeterTotal {
    std::uint64_t calls = 0;
    std::uint64_t tag = 0;
    std::uint64_t time = 0;

    static constexpr std::uint64_t most_calls = (1 << 12) - 1;
    static constexpr std::uint64_t longest = (std::uint64_t{1} << 36) - 1;

    static constexpr MeterTotal of(std::uint64_t word, std::uint64_t tag) noexcept {
        const MeterTotal total{
            .calls = word >> 52, .tag = word >> 36 & 0xffff, .time = word & longest};
        return total.tag == tag ? total : MeterTotal{.tag = tag};
    }

    [[nodiscard]] constexpr std::uint64_t packed() const noexcept {
        return std::min(calls, most_calls) << 52 | tag << 36 | std::min(time, longest);
    }
};

/// Sixteen bits of the moment at which a request began.
constexpr std::uint64_t tag_of(std::int64_t request) noexcept {
    const auto moment = static_cast<std::uint64_t>(request);
    return (moment ^ moment >> 16 ^ moment >> 32) & MeterWord::epoch_mask;
}

/// Never negative: two clock reads of different threads may be the wrong way round.
constexpr std::uint64_t microseconds(Duration duration) noexcept {
    return duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count()) / 1000;
}

}  // namespace curfew
