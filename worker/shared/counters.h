#pragma once

#include "worker/shared/outcome.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace curfew::worker {

/// Events of requests other than an ordinary response.
enum class RequestEvent : std::uint8_t {
    killed_for_timeout,
    killed_for_cpu_limit,
    would_have_been_killed,
    crashed,
    exited,
    killed_from_outside,
    oom_killed,
    answered_502,
    answered_503,
    answered_504,
    retried,
    handed_over,
    reset,
    client_gone,
    slow_logged,
    too_late,  ///< its time was up before its handler could begin
    refused_by_breaker,
    killed_along,  ///< its worker was killed or crashed because of another request
    ended_late,    ///< a function with a limit, which ended long after that
};
inline constexpr std::size_t request_event_count =
    static_cast<std::size_t>(RequestEvent::ended_late) + 1;

[[nodiscard]] std::string_view to_string(RequestEvent event) noexcept;

/// The event for what a keeper has done; nothing if that is not counted.
[[nodiscard]] std::optional<RequestEvent> request_event_of(Outcome outcome) noexcept;

/// The events of the requests of one route.
struct RouteCounts {
    std::string route;  ///< the pattern; empty: requests without a route
    std::array<std::uint64_t, request_event_count> counts{};

    [[nodiscard]] std::uint64_t operator[](RequestEvent event) const {
        return counts.at(static_cast<std::size_t>(event));
    }
};

/// "2 killed for timeout, 1 answered 504".
[[nodiscard]] std::string to_text(const RouteCounts& counts);

/// How often each event has happened to the requests of each route since the server began, in
/// memory that all its processes share. Zero when new. No function waits for another process, so a
/// process may die anywhere in them.
class Counters {
  public:
    /// The number of routes with counters of their own; further ones are counted together as
    /// "other".
    static constexpr std::size_t capacity = 256;

    /// Longer patterns are cut, as in a Label.
    static constexpr std::size_t longest_route = 96;

    /// Async-signal-safe.
    void count(RequestEvent event, std::string_view route) noexcept;

    /// The counts of all routes with events, sorted by pattern; "other" comes last.
    [[nodiscard]] std::vector<RouteCounts> read() const;

    /// The number of lines that are missing from the access log.
    [[nodiscard]] std::atomic<std::uint64_t>& missing_lines() noexcept { return missing_lines_; }
    [[nodiscard]] std::uint64_t missing_lines() const noexcept { return missing_lines_; }

  private:
    static constexpr std::size_t route_words = longest_route / sizeof(std::uint64_t);

    struct alignas(64) Slot {
        std::atomic<std::uint64_t> key{0};  ///< a hash of the route; 0: free
        std::atomic<bool> named{false};
        std::array<std::atomic<std::uint64_t>, route_words> name{};
        std::array<std::atomic<std::uint64_t>, request_event_count> counts{};
    };

    [[nodiscard]] Slot& slot_of(std::string_view route) noexcept;
    static void set_name(Slot& slot, std::string_view route) noexcept;
    [[nodiscard]] static std::optional<RouteCounts> read(const Slot& slot);

    std::array<Slot, capacity> slots_;
    Slot other_;
    std::atomic<std::uint64_t> missing_lines_{0};
};

}  // namespace curfew::worker
