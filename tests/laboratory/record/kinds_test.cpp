#include "tools/laboratory/record/kinds.h"

#include "tools/laboratory/servers/peer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

using namespace curfew::laboratory;

namespace {

/// Of a drip: the milliseconds between two bytes; 0: it is none.
double period_of(const Kind& kind) {
    const std::string before = "down drip 1/";
    return kind.network.starts_with(before) ? std::stod(kind.network.substr(before.size())) : 0;
}

/// How late somebody is who looks only when a byte comes, if the first is so long on its way.
double lateness(double period, double first, double limit) {
    return first + std::ceil((limit - first) / period) * period - limit;
}

}  // namespace

TEST_CASE("who looks at the limit only when a byte drips in is clearly late") {
    int drips = 0;
    for (const auto& kind : kinds()) {
        const double period = period_of(kind);
        if (period == 0) continue;
        ++drips;
        for (const auto& condition : conditions()) {
            CAPTURE(condition.name);
            // A limit for each single wait never comes.
            CHECK(period < conditions().front().limit_ms - 10);
            // How long the first byte takes is up to chance there.
            if (condition.name == "jitter") continue;
            const double first = condition.name == "latency" ? condition.round_trip_ms : 0;
            for (const double processing : {0.0, 5.0, 15.0}) {
                CHECK(lateness(period, first + processing, condition.limit_ms) >
                      Settings{}.tolerance_ms + 10);
            }
        }
    }
    CHECK(drips == 3);
}

TEST_CASE("a statement in the database is found by the time that its request asked for") {
    const double seconds = 5.00011;

    CHECK(in_seconds(seconds) == "5.00011");
    CHECK(in_seconds(5.09991) == "5.09991");
    CHECK(target_of(peers("php-fpm").front(), "db", std::chrono::seconds(1), seconds)
              .ends_with("&seconds=" + in_seconds(seconds)));
}
