#pragma once

#include "../base/deadline.h"
#include "metering.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace curfew {

/// What a request spends its time on.
enum class Stage : std::uint8_t { queue, read, handler, http, cache, db, write };

[[nodiscard]] std::string_view to_string(Stage stage) noexcept;

/// What a meter says at one moment.
struct MeterReading {
    struct Spent {
        Duration time = Duration::zero();
        unsigned calls = 0;
    };

    Stage stage = Stage::handler;      ///< handler and all that follows it
    Duration here = Duration::zero();  ///< for how long in this one
    std::string upstream = {};         ///< of the call it is in: "db 127.0.0.1:3306"
    std::array<Spent, 7> spent = {};   ///< by Stage, `here` included

    [[nodiscard]] Spent& operator[](Stage which) { return spent[static_cast<std::size_t>(which)]; }
    [[nodiscard]] const Spent& operator[](Stage which) const {
        return spent[static_cast<std::size_t>(which)];
    }
};

/// Since when a request is in which stage, and how long it has been in each: in memory that
/// outlives its process, to be read by others at any time. Zero when new.
///
/// Who writes holds a Metering. Everything that changes is one word, changed by compare-and-swap
/// from what its writer has seen, so that neither a writer that dies half-way nor one that comes
/// too late, for a request that has given its thread up or is over, leaves nonsense behind. What a
/// reader may miss is a call that ends in that very moment.
class alignas(64) Meter {
  public:
    /// Of the upstream's name so much is kept.
    static constexpr std::size_t longest_name = 63;

    /// A handler begins now; whatever was here is over. `queue` and `read`: for how long its
    /// request has waited for it, and been on its way in. Two stores if that is no time at all.
    [[nodiscard]] Metering begin(Deadline::Clock::time_point now, Duration read,
                                 Duration queue) noexcept;

    /// Its response waits for the client; nothing if it does so already.
    void wait_to_write(Deadline::Clock::time_point now) noexcept;

    /// The handler's code goes on, to make more of the response.
    [[nodiscard]] Metering resume(Deadline::Clock::time_point now) noexcept;

    [[nodiscard]] MeterReading read(Deadline::Clock::time_point now) const;

  private:
    friend class Metering;
    friend class LentMetering;
    static constexpr std::size_t name_words = (longest_name + 1) / sizeof(std::uint64_t);

    [[nodiscard]] Metering holder() noexcept;
    [[nodiscard]] std::uint64_t store_name(std::string_view name) noexcept;
    [[nodiscard]] std::string name(std::uint64_t check) const;
    void add(Stage stage, std::int64_t request, std::uint64_t microseconds) noexcept;

    std::atomic<std::uint64_t> word_{0};    ///< see meter.cpp
    std::atomic<std::int64_t> request_{0};  ///< CLOCK_MONOTONIC, ns, when its handler began
    std::atomic<std::uint64_t> before_{0};  ///< that: read << 32 | queue, in microseconds
    std::atomic<std::uint32_t> lent_{0};    ///< never reset
    std::array<std::atomic<std::uint64_t>, 4> totals_{};  ///< of http, cache, db, write
    std::array<std::atomic<std::uint64_t>, name_words> name_{};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace curfew
