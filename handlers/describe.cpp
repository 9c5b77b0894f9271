#include "describe.h"

#include <array>
#include <cstdio>

namespace curfew {

namespace {

std::string place(const MeterReading& reading) {
    switch (reading.stage) {
        case Stage::handler:
            return "in the handler";
        case Stage::write:
            return "waiting for the client to read";
        default:
            return "in " + (reading.upstream.empty() ? std::string(to_string(reading.stage))
                                                     : reading.upstream);
    }
}

/// What rounds to nothing is not worth a word, unless it was a call.
bool worth_a_word(const MeterReading::Spent& spent) noexcept {
    return spent.calls > 0 || spent.time >= std::chrono::microseconds(50);
}

}  // namespace

std::string to_text(Duration duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    std::array<char, 32> text{};
    const auto write = [&](const char* format, double number) {
        std::snprintf(text.data(), text.size(), format, number);
    };
    if (seconds < 0.00995) {
        write("%.1f ms", seconds * 1000);
    } else if (seconds < 0.9995) {
        write("%.0f ms", seconds * 1000);
    } else if (seconds < 9.995) {
        write("%.2f s", seconds);
    } else {
        write("%.1f s", seconds);
    }
    return text.data();
}

std::string describe(const MeterReading& reading) {
    std::string parts;
    int number = 0;
    for (const auto stage : {Stage::read, Stage::queue, Stage::handler, Stage::http, Stage::cache,
                             Stage::db, Stage::write}) {
        const auto& spent = reading[stage];
        if (!worth_a_word(spent)) continue;
        if (number++ > 0) parts += ", ";
        parts.append(to_string(stage)).append(" ").append(to_text(spent.time));
        if (spent.calls > 1 && stage != Stage::write) {
            parts += " in " + std::to_string(spent.calls) + " calls";
        }
    }
    auto text = place(reading) + " for " + to_text(reading.here);
    const bool nowhere_else = reading[reading.stage].time == reading.here && number == 1;
    if (number > 0 && !nowhere_else) text += " (" + parts + ")";
    return text;
}

std::string describe(const Meter& meter, Deadline::Clock::time_point now) {
    return describe(meter.read(now));
}

}  // namespace curfew
