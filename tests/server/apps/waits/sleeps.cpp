// Functions that let time pass.
#include "objects.h"
#include "row.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <memory>

namespace waits {

namespace {

/// A sleep, or none if the event has come: nothing else ends it.
Wait sleep_by(std::string (*sleep)()) {
    const auto gate = std::make_shared<Gate>();
    return {[=] { return gate->wait(0) ? std::string() : sleep(); }, [=] { gate->open(); }};
}

constexpr timespec time_to_sleep{.tv_sec = 1, .tv_nsec = 500'000'000};

std::string slept(int result) { return result == 0 ? "0" : ended(-1, 0); }

std::string sleep_until() {
    timespec end{};
    ::clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += 2;
    return slept(::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr));
}

}  // namespace

void add_sleeps(std::vector<Row>& rows) {
    const auto add = [&rows](std::string_view name, Wait (*make)()) {
        rows.push_back({name, make, false});
    };
    add("nanosleep",
        [] { return sleep_by([] { return slept(::nanosleep(&time_to_sleep, nullptr)); }); });
    add("clock_nanosleep", [] { return sleep_by(sleep_until); });
    add("sleep", [] { return sleep_by([] { return slept(static_cast<int>(::sleep(2))); }); });
    add("usleep", [] { return sleep_by([] { return slept(::usleep(1'500'000)); }); });
}

}  // namespace waits
