#include "stream.h"

#include "numbers.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

using namespace curfew;

namespace demo {

namespace {

/// `250` or `250ms`, at most 10 s.
std::chrono::milliseconds parse_interval(std::string_view text) {
    if (text.ends_with("ms")) text.remove_suffix(2);
    return std::chrono::milliseconds(parse_number(text, 0, 10'000, "the interval in milliseconds"));
}

}  // namespace

Response stream_lines(const Request& request) {
    const int lines = parse_number(request.param("n"), 0, 100'000, "the number of lines");
    const auto interval = parse_interval(request.query("interval").value_or("0"));

    // It outlives the request, so that it may hold nothing of it but copies.
    auto next = [lines, interval, id = 0]() mutable -> std::optional<std::string> {
        if (id == lines) return std::nullopt;
        if (id > 0 && interval > 0ms) std::this_thread::sleep_for(interval);
        return "{\"id\": " + std::to_string(id++) + "}\n";
    };
    return stream("application/json", std::move(next));
}

}  // namespace demo
