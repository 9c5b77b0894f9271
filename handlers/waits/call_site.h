#pragma once

namespace curfew {

class Imports;

/// What the code after a call does with the integer that the call has returned.
struct CallSite {
    enum class Use {
        unknown,   ///< it may be ignored
        returned,  ///< to the caller of that code
        checked,   ///< if it is an error, std::__throw_system_error is called
    };
    Use use = Use::unknown;
    const unsigned char* throws_at = nullptr;  ///< where that call would return to

    /// Reads machine code as GCC and Clang write it for the mutexes of libstdc++, on x86-64. On
    /// other processors nothing is known.
    [[nodiscard]] static CallSite read(const unsigned char* return_address) noexcept;
};

}  // namespace curfew
