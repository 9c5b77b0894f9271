#include "describe.h"

#include <array>
#include <charconv>

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
    // Not by printf, whose decimal point is the locale's.
    const auto written = [](double number, int digits, const char* unit) {
        std::array<char, 32> text{};
        const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number,
                                                std::chars_format::fixed, digits);
        return std::string(text.data(), end) + unit;
    };
    if (seconds < 0.00995) return written(seconds * 1000, 1, " ms");
    if (seconds < 0.9995) return written(seconds * 1000, 0, " ms");
    return written(seconds, seconds < 9.995 ? 2 : 1, " s");
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
