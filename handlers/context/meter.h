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

/// Which stage a request is in, since when, and how long it has been in each stage. A meter lies in
/// memory that outlives the process, and other processes may read it at any time. Zero when new.
///
/// A writer holds a Metering. The state is one word, which the writer changes by compare-and-swap
/// from the value that it has seen. So a writer that dies half-way, or comes too late for a request
/// that is over, leaves no inconsistent state. A reader may miss a call that ends at that moment.
class alignas(64) Meter {
  public:
    /// Longer names of upstreams are cut.
    static constexpr std::size_t longest_name = 63;

    /// A handler begins now, and the meter forgets the request before. `read`: how long the request
    /// took to arrive; `queue`: how long it waited then. Two stores if both are zero.
    [[nodiscard]] Metering begin(Deadline::Clock::time_point now, Duration read,
                                 Duration queue) noexcept;

    /// The response waits for the client. No effect if it does so already.
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
