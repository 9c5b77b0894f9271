#include "meter.h"

#include "meter_word.h"

#include <cstring>

namespace curfew {

namespace {

/// A reader that meets a writer reads again, but not for ever: the writer may never pause.
constexpr int most_looks = 100;

constexpr std::uint64_t longest_before = UINT32_MAX;

constexpr std::size_t index_of_total(Stage stage) noexcept {
    return static_cast<std::size_t>(stage) - static_cast<std::size_t>(Stage::http);
}

Duration duration(std::uint64_t microseconds) noexcept {
    return std::chrono::microseconds(static_cast<std::int64_t>(microseconds));
}

std::uint64_t mixed(std::uint64_t check, std::uint64_t word) noexcept {
    return (check ^ word) * 0x9e3779b97f4a7c15 ^ check >> 29;
}

}  // namespace

std::string_view to_string(Stage stage) noexcept {
    constexpr std::array<std::string_view, 7> names{"queue", "read", "handler", "http",
                                                    "cache", "db",   "write"};
    return names.at(static_cast<std::size_t>(stage));
}

Metering Meter::begin(Deadline::Clock::time_point now, Duration read, Duration queue) noexcept {
    const auto last = MeterWord::of(word_.load(std::memory_order_relaxed));
    if (last.measured) {
        for (auto& total : totals_) total.store(0, std::memory_order_relaxed);
    }
    const std::int64_t request = now.time_since_epoch().count();
    const bool waited = read > Duration::zero() || queue > Duration::zero();
    if (waited) {
        before_.store(std::min(microseconds(read), longest_before) << 32 |
                          std::min(microseconds(queue), longest_before),
                      std::memory_order_relaxed);
    }
    const std::uint64_t epoch = tag_of(request);
    request_.store(request, std::memory_order_relaxed);
    word_.store(MeterWord{.epoch = epoch, .waited = waited}.packed(), std::memory_order_relaxed);
    return {*this, request, epoch};
}

/// Only for a caller that knows that no LentMetering exists.
Metering Meter::holder() noexcept {
    return {*this, request_.load(std::memory_order_relaxed),
            MeterWord::of(word_.load(std::memory_order_relaxed)).epoch};
}

void Meter::wait_to_write(Deadline::Clock::time_point now) noexcept {
    static_cast<void>(holder().enter(Stage::write, {}, now));
}

Metering Meter::resume(Deadline::Clock::time_point now) noexcept {
    const auto own = holder();
    own.leave(now);
    return own;
}

void Meter::add(Stage stage, std::int64_t request, std::uint64_t time) noexcept {
    auto& total = totals_[index_of_total(stage)];
    auto word = total.load(std::memory_order_relaxed);
    MeterTotal sum;
    do {
        sum = MeterTotal::of(word, tag_of(request));
        ++sum.calls;
        sum.time += time;
    } while (!total.compare_exchange_weak(word, sum.packed(), std::memory_order_release,
                                          std::memory_order_relaxed));
}

std::uint64_t Meter::store_name(std::string_view name) noexcept {
    std::array<std::uint64_t, name_words> words{};
    name.copy(reinterpret_cast<char*>(words.data()), longest_name);
    std::uint64_t check = 0;
    for (std::size_t i = 0; i < name_words; ++i) {
        name_[i].store(words[i], std::memory_order_relaxed);
        check = mixed(check, words[i]);
    }
    return check >> 56;
}

/// Empty if a writer was changing it.
std::string Meter::name(std::uint64_t check) const {
    std::array<std::uint64_t, name_words> words{};
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < name_words; ++i) {
        words[i] = name_[i].load(std::memory_order_acquire);
        found = mixed(found, words[i]);
    }
    std::array<char, longest_name + 1> text{};
    std::memcpy(text.data(), words.data(), text.size());
    if (found >> 56 != check) return {};
    return {text.data(), ::strnlen(text.data(), longest_name)};
}

MeterReading Meter::read(Deadline::Clock::time_point now) const {
    auto word = word_.load(std::memory_order_acquire);
    MeterReading reading;
    for (int look = 0; look < most_looks; ++look) {
        const auto seen = MeterWord::of(word);
        const auto request = request_.load(std::memory_order_acquire);
        const auto age = duration(microseconds(now.time_since_epoch() - Duration(request)));
        reading = {.stage = seen.stage, .here = std::max(age - duration(seen.since), {})};
        if (seen.stage > Stage::handler) {
            reading.upstream = name(seen.check);
            reading[seen.stage] = {.time = reading.here, .calls = 1};
        }
        Duration elsewhere = reading[seen.stage].time;
        for (const auto stage : {Stage::http, Stage::cache, Stage::db, Stage::write}) {
            if (!seen.measured) break;
            const auto total = MeterTotal::of(
                totals_[index_of_total(stage)].load(std::memory_order_acquire), tag_of(request));
            reading[stage].time += duration(total.time);
            reading[stage].calls += static_cast<unsigned>(total.calls);
            elsewhere += duration(total.time);
        }
        reading[Stage::handler].time = std::max(age - elsewhere, {});
        if (seen.waited) {
            const auto before = before_.load(std::memory_order_acquire);
            reading[Stage::read].time = duration(before >> 32);
            reading[Stage::queue].time = duration(before & longest_before);
        }

        // The word is read again after all the loads above, which acquire for that reason.
        const auto again = word_.load(std::memory_order_relaxed);
        if (again == word) break;
        word = again;
    }
    return reading;
}

}  // namespace curfew
