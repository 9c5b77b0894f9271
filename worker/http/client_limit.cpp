#include "worker/http/client_limit.h"

#include "handlers/base/written_duration.h"

#include <algorithm>

namespace curfew::worker {

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr DurationUnit grpc_units[] = {{"H", hours(1)},        {"M", minutes(1)},
                                       {"S", seconds(1)},      {"m", milliseconds(1)},
                                       {"u", microseconds(1)}, {"n", nanoseconds(1)}};
constexpr DurationUnit envoy_units[] = {{"", milliseconds(1)}};

/// A client that waits longer than this waits for ever.
constexpr hours longest(24);

std::optional<Duration> read(std::string_view text, std::span<const DurationUnit> units) noexcept {
    const auto written = read_duration(text, units);
    if (!written || written->exact() > longest) return {};
    return std::chrono::duration_cast<Duration>(written->exact());
}

std::optional<Duration> read_grpc(std::string_view text) noexcept {
    const bool whole = text.size() <= 9 && text.find('.') == std::string_view::npos;
    return whole ? read(text, grpc_units) : std::nullopt;
}

}  // namespace

std::optional<Duration> client_limit(const std::vector<Field>& fields,
                                     std::string_view header) noexcept {
    constexpr std::string_view grpc = "grpc-timeout";
    constexpr std::string_view envoy = "x-envoy-expected-rq-timeout-ms";
    std::optional<Duration> least;
    const auto take = [&least](std::optional<Duration> limit) {
        if (limit) least = std::min(*limit, least.value_or(*limit));
    };
    for (const Field& field : fields) {
        const auto is = [&field](std::string_view name) {
            return field.name.size() == name.size() && equals_ignoring_case(field.name, name);
        };
        if (field.name.empty()) continue;
        if (is(header)) {
            take(read(field.value, duration_units));
        } else if (is(grpc)) {
            take(read_grpc(field.value));
        } else if (is(envoy)) {
            take(read(field.value, envoy_units));
        }
    }
    return least;
}

}  // namespace curfew::worker
