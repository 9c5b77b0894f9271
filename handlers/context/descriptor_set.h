#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace curfew {

/// A set of descriptors, for any thread and for signal handlers. For use as a global variable:
/// pages that are never written cost no memory.
class DescriptorSet {
  public:
    /// fs.nr_open's default: no process can have more open files, whatever its limit is. Higher
    /// numbers are never in the set.
    static constexpr unsigned most = 1 << 20;

    [[nodiscard]] bool has(int fd) const noexcept {
        const auto number = static_cast<unsigned>(fd);
        return number < most &&
               (words_[number / 64].load(std::memory_order_relaxed) & bit_of(number)) != 0;
    }

    void add(int fd) noexcept {
        const auto number = static_cast<unsigned>(fd);
        if (number < most) words_[number / 64].fetch_or(bit_of(number), std::memory_order_relaxed);
    }

    void remove(int fd) noexcept {
        if (!has(fd)) return;
        const auto number = static_cast<unsigned>(fd);
        words_[number / 64].fetch_and(~bit_of(number), std::memory_order_relaxed);
    }

    void remove_between(unsigned first, unsigned last) noexcept {
        for (auto fd = first; fd <= last && fd < most;) {
            const bool none = fd % 64 == 0 && words_[fd / 64].load(std::memory_order_relaxed) == 0;
            if (!none) remove(static_cast<int>(fd));
            fd += none ? 64 : 1;
        }
    }

  private:
    static std::uint64_t bit_of(unsigned fd) noexcept { return std::uint64_t{1} << (fd % 64); }

    std::array<std::atomic<std::uint64_t>, most / 64> words_;
};

}  // namespace curfew
