#include "worker/http/client_limit.h"

#include <algorithm>
#include <charconv>
#include <span>

namespace curfew::worker {

namespace {

struct Unit {
    std::string_view name;
    double seconds;
};

constexpr Unit own_units[] = {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
constexpr Unit grpc_units[] = {{"H", 3600}, {"M", 60},   {"S", 1},
                               {"m", 1e-3}, {"u", 1e-6}, {"n", 1e-9}};
constexpr Unit milliseconds[] = {{"", 1e-3}};

/// Who waits longer than this waits for ever.
constexpr double longest = 24 * 3600;

std::optional<Duration> read(std::string_view text, std::span<const Unit> units) noexcept {
    const auto* const end = text.data() + text.size();
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    const bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9';
    if (error != std::errc{} || !is_number) return {};
    const auto unit = std::ranges::find(
        units, std::string_view(rest, static_cast<std::size_t>(end - rest)), &Unit::name);
    if (unit == units.end() || number * unit->seconds > longest) return {};
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(number * unit->seconds));
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
            take(read(field.value, own_units));
        } else if (is(grpc)) {
            take(read_grpc(field.value));
        } else if (is(envoy)) {
            take(read(field.value, milliseconds));
        }
    }
    return least;
}

}  // namespace curfew::worker
