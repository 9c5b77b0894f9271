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

// What becomes of a sample that is not good.

inline void needs_the_server(Sample& sample) {
    sample.answer = Answer::limit;
    sample.elapsed_ms = 301;
    sample.late_ms = 201;
    sample.worker = WorkerFate::killed;
    sample.next = Next::none;
}

inline void harakiri(Sample& sample) {
    needs_the_server(sample);
    sample.elapsed_ms = 101;
    sample.late_ms = 1;
}

inline void is_cut_off(Sample& sample) {
    sample.status = 0;
    sample.complete = false;
    sample.answer = Answer::none;
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
