#include "worker/shared/counters.h"

#include "worker/os/hash.h"

#include <algorithm>
#include <cstring>

namespace curfew::worker {

std::string_view to_string(RequestEvent event) noexcept {
    constexpr std::array<std::string_view, request_event_count> names{
        "killed for timeout",
        "killed for cpu_limit",
        "would have been killed",
        "crashed",
        "exited",
        "killed from outside",
        "killed for want of memory",
        "answered 502",
        "answered 503",
        "answered 504",
        "retried",
        "handed over",
        "reset",
        "client gone",
        "slow logged",
        "too late to begin",
        "refused by the circuit breaker",
        "killed with their worker",
        "ended long after a limit",
    };
    return names.at(static_cast<std::size_t>(event));
}

std::optional<RequestEvent> request_event_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::answered_502:
            return RequestEvent::answered_502;
        case Outcome::answered_503:
            return RequestEvent::answered_503;
        case Outcome::answered_504:
            return RequestEvent::answered_504;
        case Outcome::retried:
            return RequestEvent::retried;
        case Outcome::handed_over:
            return RequestEvent::handed_over;
        case Outcome::reset:
            return RequestEvent::reset;
        case Outcome::lost:
            return RequestEvent::client_gone;
        case Outcome::none:
        case Outcome::completed:
            return {};
    }
    return {};
}

std::string to_text(const RouteCounts& counts) {
    std::string text;
    for (std::size_t i = 0; i < request_event_count; ++i) {
        if (counts.counts[i] == 0) continue;
        if (!text.empty()) text += ", ";
        text.append(std::to_string(counts.counts[i])).append(" ");
        text.append(to_string(static_cast<RequestEvent>(i)));
    }
    return text;
}

void Counters::count(RequestEvent event, std::string_view route) noexcept {
    auto& slot = slot_of(route.substr(0, longest_route));
    slot.counts[static_cast<std::size_t>(event)].fetch_add(1, std::memory_order_relaxed);
}

Counters::Slot& Counters::slot_of(std::string_view route) noexcept {
    const auto key = hash(route);
    for (std::size_t i = 0; i < capacity; ++i) {
        Slot& slot = slots_[(key + i) % capacity];
        std::uint64_t found = slot.key.load(std::memory_order_relaxed);
        if (found == 0 && slot.key.compare_exchange_strong(found, key, std::memory_order_relaxed)) {
            found = key;
        }
        if (found != key) continue;
        set_name(slot, route);
        return slot;
    }
    return other_;
}

/// Each process that uses the slot writes the name, because the one that took the slot may have
/// died before it did. All write the same.
void Counters::set_name(Slot& slot, std::string_view route) noexcept {
    if (slot.named.load(std::memory_order_relaxed)) return;
    std::array<std::uint64_t, route_words> words{};
    route.copy(reinterpret_cast<char*>(words.data()), sizeof words);
    for (std::size_t i = 0; i < route_words; ++i) {
        slot.name[i].store(words[i], std::memory_order_relaxed);
    }
    slot.named.store(true, std::memory_order_release);
}

std::optional<RouteCounts> Counters::read(const Slot& slot) {
    RouteCounts found;
    for (std::size_t i = 0; i < request_event_count; ++i) {
        found.counts[i] = slot.counts[i].load(std::memory_order_relaxed);
    }
    if (std::ranges::all_of(found.counts, [](auto number) { return number == 0; })) return {};
    if (!slot.named.load(std::memory_order_acquire)) return found;
    std::array<std::uint64_t, route_words> words{};
    for (std::size_t i = 0; i < route_words; ++i) {
        words[i] = slot.name[i].load(std::memory_order_relaxed);
    }
    std::array<char, longest_route> text{};
    std::memcpy(text.data(), words.data(), text.size());
    found.route.assign(text.data(), ::strnlen(text.data(), text.size()));
    return found;
}

std::vector<RouteCounts> Counters::read() const {
    std::vector<RouteCounts> all;
    for (const auto& slot : slots_) {
        if (auto found = read(slot)) all.push_back(std::move(*found));
    }
    std::ranges::sort(all, {}, &RouteCounts::route);
    if (auto rest = read(other_)) {
        rest->route = "other";
        all.push_back(std::move(*rest));
    }
    return all;
}

}  // namespace curfew::worker
