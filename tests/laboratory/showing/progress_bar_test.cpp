#include "tools/laboratory/showing/progress_bar.h"

#include <doctest/doctest.h>

using namespace curfew::laboratory;
using namespace std::chrono_literals;

namespace {

Progress progress(std::size_t done, std::size_t all) {
    return {.done = done, .all = all, .now = "deadline against spin"};
}

}  // namespace

TEST_CASE("a progress line says how far it is, how long it takes, and what is done now") {
    CHECK(progress_line(progress(50, 100), 65s) ==
          "[===============>              ]  50 %, 1:05 left, deadline against spin");
}

TEST_CASE("the time left is judged by the time spent") {
    CHECK(progress_line(progress(1, 4), 10s).find(" 0:30 left") != std::string::npos);
    CHECK(progress_line(progress(1, 101), 36s).find(" 60:00 left") != std::string::npos);
    CHECK(progress_line(progress(99, 100), 99s).find(" 0:01 left") != std::string::npos);
}

TEST_CASE("before the first sample nobody knows how long it takes") {
    CHECK(progress_line(progress(0, 100), 65s) ==
          "[>                             ]   0 %, ?:?? left, deadline against spin");
}

TEST_CASE("a line does not say that all is done before it is") {
    CHECK(progress_line(progress(999, 1000), 60s) ==
          "[=============================>]  99 %, 0:01 left, deadline against spin");
}

TEST_CASE("at the end the bar is full and nothing is left") {
    CHECK(progress_line(progress(100, 100), 65s) ==
          "[==============================] 100 %, 0:00 left, deadline against spin");
    CHECK(progress_line({.done = 0, .all = 0, .now = "nothing"}, 0s) ==
          "[==============================] 100 %, ?:?? left, nothing");
}

TEST_CASE("the bar of every share is of the same width") {
    for (std::size_t done = 0; done <= 97; ++done) {
        CAPTURE(done);
        CHECK(progress_line(progress(done, 97), 1s).find(']') == 31);
    }
}
