#pragma once

#include "../base/deadline.h"

#include <cstdint>
#include <string_view>

namespace curfew {

class Meter;
enum class Stage : std::uint8_t;

/// The right to write a meter, for as long as its request lasts. Without a meter, and once the
/// right is lost, these functions have no effect. A value: part of CallContext, so that fibers swap
/// it.
class Metering {
  public:
    Metering() noexcept = default;

    [[nodiscard]] explicit operator bool() const noexcept { return meter_ != nullptr; }

    /// A call begins. False if the request is in another call already, which goes on counting.
    [[nodiscard]] bool enter(Stage stage, std::string_view upstream,
                             Deadline::Clock::time_point now) const noexcept;
    /// The call that was entered goes on under another name.
    void rename(std::string_view upstream) const noexcept;
    /// The call is over. Only after an enter() that was true.
    void leave(Deadline::Clock::time_point now) const noexcept;

  private:
    friend class Meter;
    friend class LentMetering;
    Metering(Meter& meter, std::int64_t request, std::uint64_t epoch) noexcept
        : meter_(&meter), request_(request), epoch_(epoch) {}

    [[nodiscard]] bool holds(std::uint64_t word) const noexcept;
    [[nodiscard]] std::uint64_t since(Deadline::Clock::time_point now) const noexcept;

    Meter* meter_ = nullptr;
    std::int64_t request_ = 0;
    std::uint64_t epoch_ = 0;  ///< the right holds while the meter has this epoch
    bool lent_ = false;
};

/// Lends the right of the running code to another thread or process for a scope. At the end of the
/// scope the right is taken back, even if the borrower goes on, or has died during a call. A
/// borrowed right cannot be lent again.
class LentMetering {
  public:
    LentMetering() noexcept;
    ~LentMetering();
    LentMetering(const LentMetering&) = delete;
    LentMetering& operator=(const LentMetering&) = delete;

    [[nodiscard]] const Metering& borrowed() const noexcept { return borrowed_; }

  private:
    Metering own_;
    Metering borrowed_;
};

/// Puts a metering in force for the code of a scope.
class MeteringScope {
  public:
    explicit MeteringScope(const Metering& metering) noexcept;
    ~MeteringScope();
    MeteringScope(const MeteringScope&) = delete;
    MeteringScope& operator=(const MeteringScope&) = delete;

  private:
    Metering before_;
};

}  // namespace curfew
