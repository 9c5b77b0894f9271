#pragma once

#include "tools/laboratory/record/run.h"

#include <vector>

namespace curfew::laboratory {

/// In time, right, and with nothing left behind.
inline Sample good_sample() {
    return {.status = 504,
            .complete = true,
            .answer = Answer::timeout,
            .elapsed_ms = 100.5,
            .late_ms = 0.5,
            .worker = WorkerFate::alive,
            .next = Next::right,
            .whole_ms = 0.1,
            .left = {},
            .others = {.sent = 5}};
}

/// The first `changed` of `of` good samples, changed.
template <class Change>
std::vector<Sample> samples(int changed, int of, Change change) {
    std::vector<Sample> all(static_cast<std::size_t>(of), good_sample());
    for (int i = 0; i < changed; ++i) change(all[static_cast<std::size_t>(i)]);
    return all;
}

inline Cell cell_of(std::vector<Sample> some, const char* kind = "spin") {
    return {.strategy = "deadline",
            .kind = kind,
            .network = "clean",
            .limit_ms = 100,
            .samples = std::move(some),
            .summary = {},
            .because = {}};
}

}  // namespace curfew::laboratory
